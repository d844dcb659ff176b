"""Tells running bots the way to their viewers' page, so that it stands on their picture."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from aiohttp import ClientSession

from domain.errors import DragomanError
from dragoman.endpoint import asked
from dragoman.serve.links import BotLinks
from web.api.pass_links import PassLinks
from web.auth.passes import Passes
from web.viewers.short import PATH

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks at the bots that run."""


class Signposts:
    """An async context manager. A bot gets a link when it is reached, also at a new address;
    once somebody withdraws a meeting's links, its picture shows none any more."""

    def __init__(
        self, links: BotLinks, http: ClientSession, passes: Passes, makes: PassLinks, site: str
    ) -> None:
        self._links = links
        self._http = http
        self._passes = passes
        self._makes = makes
        self._site = site.rstrip("/")
        self._told: dict[str, tuple[str, bool]] = {}
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._task = self._group.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        await self._group.__aexit__(None, None, None)

    async def look(self) -> None:
        """Tells whom something is to be told. Raises StorageError."""
        running = self._links.running()
        self._told = {key: told for key, told in self._told.items() if key in running}
        for meeting_id in running:
            endpoint = str(self._links.endpoint(meeting_id) or "")
            open_ = not await self._passes.withdrawn(meeting_id)
            if self._told.get(meeting_id) == (endpoint, open_):
                continue
            if await asked(
                self._http, endpoint, "POST", "/live/look", await self._way(meeting_id, open_)
            ):
                self._told[meeting_id] = (endpoint, open_)

    async def _way(self, meeting_id: str, open_: bool) -> dict[str, object]:
        if not open_:
            return {"link": "", "short": ""}
        link = await self._makes.make(meeting_id, None, self._site)
        return {"link": link.url, "short": f"{self._site}{PATH}/{self._passes.short(meeting_id)}"}

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except DragomanError as error:
                log.warning("a bot was not told its viewers' link: %s", type(error).__name__)
            await asyncio.sleep(LOOK_S)
