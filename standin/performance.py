"""What goes on while the site is open: the script is played and tiles light up."""

import asyncio
from collections.abc import Sequence

from standin.play import Play
from standin.room import Room
from standin.voices import Spoken

_SPEAKING_S = 0.2


class Performance:
    """Runs a room until it is cancelled."""

    def __init__(self, room: Room, spoken: Sequence[Spoken]) -> None:
        self.started = asyncio.Event()
        """Set when the first guest's media flow."""
        self._room, self._play = room, Play(room, spoken)

    @property
    def over(self) -> bool:
        """The meeting has ended, or the script has finished and no guest is left."""
        room = self._room
        refused = any(guest.phase == "refused" for guest in room.guests)
        done = self._play.finished or room.journal.first("denied") is not None
        return room.over or (done and not room.in_call() and not refused)

    async def run(self) -> None:
        """Waits for the first guest, then plays."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._perform())
            tasks.create_task(self._light_tiles())

    async def _perform(self) -> None:
        await self.started.wait()
        await self._play.run()

    async def _light_tiles(self) -> None:
        """Tells the pages who is heard, whenever that changes."""
        room, shown = self._room, frozenset[str]()
        while True:
            await asyncio.sleep(_SPEAKING_S)
            speaking = room.stage.speaking
            if speaking != shown:
                shown = speaking
                for guest in room.in_call():
                    guest.tell("speaking", ids=[room.device_id(who) for who in sorted(speaking)])
