"""What fills a room: the bot while it runs, the transcript afterwards."""

import asyncio
import logging
import time
from contextlib import suppress

from domain.errors import DragomanError, UsageError
from domain.meetings import ENDINGS, MeetingState
from domain.serving import LiveFeed, MeetingDesk, Message, TranscriptDesk
from domain.transcripts import LIVE
from web.viewers.protocol import Phase, of_transcript
from web.viewers.room import Room

log = logging.getLogger(__name__)

PAUSE_S = 0.05
"""Between two tellings of what is new."""
LOOK_S = 3.0
"""Between two looks whether the meeting is over."""
AGAIN_S = 0.5
"""Between two tries to follow a meeting that is not live."""


class Source:
    """Fills the room of one meeting, until the meeting is over."""

    def __init__(
        self,
        meeting_id: str,
        room: Room,
        feed: LiveFeed,
        meetings: MeetingDesk,
        transcripts: TranscriptDesk,
    ) -> None:
        self._id = meeting_id
        self._room = room
        self._feed = feed
        self._meetings = meetings
        self._transcripts = transcripts
        self._state = MeetingState.REQUESTED
        self._listening = True
        self._told_s = 0.0
        self._telling: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Ends with the meeting; what the room holds stays."""
        if await self._is_over():
            await self._finish()
            return
        await self._begin()
        async with asyncio.TaskGroup() as group:
            following = group.create_task(self._follow())
            over = False
            while not over:
                await asyncio.sleep(LOOK_S)
                over = await self._is_over()
            following.cancel()
        await self._finish()

    async def _begin(self) -> None:
        """What was said before the feed's memory begins."""
        with suppress(DragomanError):
            reading = await self._transcripts.read(self._id, LIVE)
            for each in of_transcript(reading.segments):
                self._room.contents.put(each)

    async def _follow(self) -> None:
        after: int | None = 0
        loop = asyncio.get_running_loop()
        while True:
            try:
                async with self._feed.follow(self._id, after) as items:
                    loop.call_later(PAUSE_S, self._room.fill)
                    async for number, message in items:
                        after = number or after
                        self._take(message)
            except UsageError:
                after = 0
                self._room.fill()
            except DragomanError as error:
                log.warning("a live meeting could not be followed: %s", error.message)
            await asyncio.sleep(AGAIN_S)

    def _take(self, message: Message) -> None:
        before = self._room.number
        match message.get("type"):
            case "caption":
                self._room.contents.put(message)
            case "snapshot":
                self._room.contents.offer(_codes(message))
            case "state":
                self._state = MeetingState(str(message.get("state")))
                self._turn()
            case "recording":
                self._room.contents.record(message.get("on") is True)
            case "listening":
                self._listening = message.get("on") is not False
                self._turn()
        if self._room.number != before:
            self._tell()

    def _turn(self) -> None:
        if self._state in ENDINGS:
            phase = Phase.OVER
        elif self._state in (MeetingState.IN_MEETING, MeetingState.LEAVING):
            phase = Phase.LIVE if self._listening else Phase.PAUSED
        else:
            phase = Phase.WAITING
        self._room.contents.turn(phase)

    def _tell(self) -> None:
        """At once, or as soon as the pause since the last time is over."""
        if self._telling is not None:
            return
        wait_s = max(0.0, self._told_s + PAUSE_S - time.monotonic())
        self._telling = asyncio.get_running_loop().call_later(wait_s, self._told)

    def _told(self) -> None:
        self._telling = None
        self._told_s = time.monotonic()
        self._room.tell()

    async def _is_over(self) -> bool:
        try:
            entry = await self._meetings.entry(self._id)
        except UsageError:
            return True
        except DragomanError as error:
            log.warning("a meeting could not be looked up: %s", error.message)
            return False
        before = self._room.number
        self._room.contents.name(entry.title)
        self._room.contents.offer(entry.meeting.languages)
        if self._room.number != before:
            self._tell()
        return entry.meeting.state in ENDINGS

    async def _finish(self) -> None:
        """Puts the transcript in the place of what was live; nothing where it was erased."""
        try:
            reading = await self._transcripts.read(self._id)
        except UsageError:
            self._room.contents.replace([])
        except DragomanError as error:
            log.warning("a transcript could not be read: %s", error.message)
        else:
            stored = of_transcript(reading.segments)
            if reading.version == LIVE:
                known = {str(each["id"]) for each in stored}
                stored += [
                    each for each in self._room.contents.finals() if str(each["id"]) not in known
                ]
            self._room.contents.replace(stored)
        self._room.contents.turn(Phase.OVER)
        self._room.fill()
        self._tell()


def _codes(snapshot: Message) -> tuple[str, ...]:
    given = snapshot.get("languages")
    return tuple(str(each["code"]) for each in given) if isinstance(given, list) else ()
