"""Tells running bots the way to their viewers' page, so that it stands on their picture."""

import asyncio
import logging

from aiohttp import ClientSession

from domain.errors import DragomanError
from dragoman.endpoint import asked
from dragoman.serve.links import BotLinks
from dragoman.worker import Worker
from web.api.pass_links import PassLinks
from web.auth.passes import Passes
from web.viewers.short import PATH

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks at the bots that run."""


class Signposts(Worker):
    """An async context manager. A bot gets a link when it is reached, also at a new address;
    once somebody withdraws a meeting's links, its picture shows none any more."""

    def __init__(
        self, links: BotLinks, http: ClientSession, passes: Passes, makes: PassLinks, site: str
    ) -> None:
        super().__init__()
        self._links = links
        self._http = http
        self._passes = passes
        self._makes = makes
        self._site = site.rstrip("/")
        self._told: dict[str, tuple[str, bool]] = {}

    def _begin(self) -> None:
        self.own(self._run())

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
