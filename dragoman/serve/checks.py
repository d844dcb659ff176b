"""The checks of this machine, for the page."""

import asyncio
from collections.abc import Sequence

from domain.desks import Finding
from dragoman.doctor import examine
from dragoman.settings import Settings


class Doctor:
    """The DoctorDesk port; who asks while it runs gets the same answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._found: tuple[float, Sequence[Finding]] | None = None

    async def examine(self) -> Sequence[Finding]:
        """Runs every check; takes up to half a minute."""
        asked_s = asyncio.get_running_loop().time()
        async with self._turn:
            if self._found is None or self._found[0] < asked_s:
                checks = await examine(self._settings)
                found = [Finding(each.name, each.health, each.essential) for each in checks]
                self._found = (asyncio.get_running_loop().time(), found)
            return self._found[1]
