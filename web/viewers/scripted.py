"""The viewers' part served for real on scripted desks: for tests, benchmarks and trying out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from aiohttp import web

from domain.account_ports import AccessStores, AccountStore, InviteStore
from domain.accounts import Account, ApiToken, Role, SignIn
from domain.serving import LiveFeed
from web.assets import Assets
from web.auth.codes import digest
from web.auth.guard import Guard
from web.auth.rules import AuthRules
from web.routes import add_routes
from web.scripted import Office, ScriptedMeetings, ScriptedNotes, ScriptedTranscripts
from web.viewers.rules import ViewerRules
from web.viewers.table import ViewerPorts, Viewers

OPERATOR = "dgm_operator"
"""A token of somebody who may share links."""
_NOW = datetime(2026, 3, 4, tzinfo=UTC)


class _Passes:
    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    async def number(self, meeting_id: str) -> int:
        return self._numbers.get(meeting_id, 1)

    async def revoke(self, meeting_id: str) -> int:
        self._numbers[meeting_id] = self._numbers.get(meeting_id, 1) + 1
        return self._numbers[meeting_id]


class _Tokens:
    async def add(self, token: ApiToken, digest: str) -> None:
        raise NotImplementedError

    async def find(self, digest: str) -> tuple[ApiToken, Account] | None:
        if digest != _DIGEST:
            return None
        account = Account("a1", "olga", Role.OPERATOR, _NOW)
        return ApiToken("t1", "a1", "scripted", Role.OPERATOR, _NOW), account

    async def tokens(self, account_id: str = "") -> Sequence[ApiToken]:
        return []

    async def used(self, times: Mapping[str, datetime]) -> None:
        return None

    async def revoke(self, token_id: str, at: datetime) -> bool:
        return False


_DIGEST = digest(OPERATOR)


class _SignIns:
    async def open(self, sign_in: SignIn, digest: str) -> None:
        raise NotImplementedError

    async def find(self, digest: str) -> tuple[SignIn, Account] | None:
        return None

    async def of(self, account_id: str) -> Sequence[SignIn]:
        return []

    async def seen(self, times: Mapping[str, datetime], now: datetime) -> None:
        return None

    async def end(self, ids: Sequence[str]) -> None:
        return None


@dataclass
class Served:
    """A server that runs."""

    address: str
    office: Office
    viewers: Viewers
    guard: Guard

    async def link(self, meeting_id: str, path: str = "v", hours: float = 4) -> str:
        """The address of a page for a meeting."""
        expires = datetime.now(UTC) + timedelta(hours=hours)
        return f"{self.address}/{path}/{await self.guard.passes.sign(meeting_id, expires)}"


@asynccontextmanager
async def served(
    feed: LiveFeed, rules: ViewerRules | None = None, port: int = 0
) -> AsyncIterator[Served]:
    """The server on a port of this machine; 0 takes a free one."""
    office = Office()
    stores = AccessStores(
        cast(AccountStore, None), _SignIns(), _Tokens(), cast(InviteStore, None), _Passes()
    )
    guard = Guard(stores, bytes(32), AuthRules(per_minute=1_000_000))
    viewers = Viewers(
        ViewerPorts(
            feed,
            ScriptedMeetings(office),
            ScriptedTranscripts(office),
            ScriptedNotes(office),
            guard.passes,
        ),
        rules,
    )
    app = web.Application()
    guard.install(app)
    shared = [Assets("app").route("/static/app"), Assets().route("/static/live")]
    add_routes(app, [*viewers.routes(), *shared])
    app.on_shutdown.append(viewers.close)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=2048)
    await site.start()
    found = int(runner.addresses[0][1])
    try:
        yield Served(f"http://127.0.0.1:{found}", office, viewers, guard)
    finally:
        await runner.cleanup()
