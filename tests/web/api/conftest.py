"""The whole API on scripted desks, behind the real guard."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from domain.account_ports import AccessStores
from domain.accounts import Account, ApiToken, Role
from web.api.desks import Desks
from web.api.routes import api_routes
from web.api.scripted import scripted_desks
from web.auth.codes import digest
from web.auth.guard import Guard
from web.auth.rules import AuthRules
from web.routes import add_routes
from web.scripted import Office
from web.scripted_live import ScriptedLive

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Tokens:
    """One token a role: `viewer`, `operator`, `owner`."""

    async def find(self, found: str) -> tuple[ApiToken, Account] | None:
        for role in Role:
            name = role.name.lower()
            if digest(name) == found:
                token = ApiToken(f"t-{name}", f"a-{name}", name, role, BEGAN)
                return token, Account(f"a-{name}", name.title(), role, BEGAN)
        return None

    async def used(self, times: Mapping[str, datetime]) -> None:
        return None


class Nowhere:
    """No sign-ins."""

    async def find(self, found: str) -> None:
        return None

    async def seen(self, times: Mapping[str, datetime], now: datetime) -> None:
        return None


@dataclass
class Api:
    """A running API."""

    http: ClientSession
    url: str
    office: Office
    live: ScriptedLive
    desks: Desks
    role: str = field(default="owner")

    def _given(self, given: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.role}", **given.pop("headers", {})}
        return {"headers": headers, **given}

    def ask(self, method: str, path: str, **given: Any) -> Any:
        """A request as an async context manager."""
        path = path if path.startswith("/openapi") else f"/api/v1{path}"
        return self.http.request(method, f"{self.url}{path}", **self._given(given))

    async def get(self, path: str, status: int = 200, **given: Any) -> Any:
        return await self.send("GET", path, status, **given)

    async def send(self, method: str, path: str, status: int, **given: Any) -> Any:
        """The answer as JSON; its status must be this one."""
        async with self.ask(method, path, **given) as answer:
            text = await answer.text()
            assert answer.status == status, text
            if status == 204:
                assert not text
                return None
            wanted = "application/problem+json" if status >= 400 else "application/json"
            assert answer.content_type == wanted
            return await answer.json(content_type=None)


def application(desks: Desks, rules: AuthRules | None = None) -> web.Application:
    tokens: Any = Tokens()
    nowhere: Any = Nowhere()
    stores = AccessStores(nowhere, nowhere, tokens, nowhere, nowhere)
    app = web.Application()
    Guard(stores, b"k" * 32, rules or AuthRules(per_minute=60_000)).install(app)
    add_routes(app, api_routes(desks))
    return app


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    office, live = Office(), ScriptedLive()
    desks = scripted_desks(office, live)
    async with TestServer(application(desks)) as server, ClientSession() as http:
        yield Api(http, str(server.make_url("")).rstrip("/"), office, live, desks)


@pytest.fixture(scope="session")
def serve_api() -> Any:
    """Makes the application of some desks."""
    return application
