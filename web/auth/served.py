"""A guarded application with accounts, to try routes on: `async with guarded(routes) as tried`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, CookieJar, web
from argon2 import PasswordHasher

from domain.account_ports import AccessStores
from domain.accounts import Role
from web.auth.desk import AccountDesk, Browser
from web.auth.guard import Guard
from web.auth.passwords import Passwords
from web.auth.rules import AuthRules
from web.auth.table import auth_routes
from web.routes import Route, add_routes

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Quick, and safe for nothing but tests."""


@dataclass(slots=True)
class Tried:
    """A served application, with an account and a token of each role."""

    address: str
    app: web.Application
    guard: Guard
    desk: AccountDesk
    routes: Sequence[Route]
    tokens: dict[Role, str]

    def bearer(self, role: Role) -> dict[str, str]:
        """Headers of a program."""
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    async def cookies(self, role: Role) -> dict[str, str]:
        """Of a browser that is signed in; the account's name is the role's in lower case."""
        code = await self.desk.sign_in(role.name.lower(), PASSWORD, Browser("test"))
        assert isinstance(code, str)
        return {self.guard.cookies.name(secure=False): code}

    @asynccontextmanager
    async def browser(self, role: Role | None = None) -> AsyncIterator[ClientSession]:
        """A client that is signed in, and names its origin as browsers do."""
        jar = CookieJar(unsafe=True)
        if role is not None:
            jar.update_cookies(await self.cookies(role))
        headers = {"Origin": self.address, "Accept": "text/html"}
        async with ClientSession(self.address, cookie_jar=jar, headers=headers) as http:
            yield http


@asynccontextmanager
async def guarded(
    stores: AccessStores,
    routes: Sequence[Route] = (),
    rules: AuthRules | None = None,
    *,
    accounts: bool = True,
) -> AsyncIterator[Tried]:
    """Serves the routes, and those of accounts, behind the guard; without `accounts` as on the
    first start."""
    guard = Guard(stores, bytes(32), rules)
    desk = AccountDesk(stores, guard.rules, Passwords(CHEAP))
    app = web.Application()
    guard.install(app)
    table = [*auth_routes(guard, desk), *routes]
    add_routes(app, table)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        tokens = {role: await _account(desk, role) for role in Role} if accounts else {}
        yield Tried(address, app, guard, desk, table, tokens)
    finally:
        await runner.cleanup()


async def _account(desk: AccountDesk, role: Role) -> str:
    """Makes an account; a token of it."""
    name, new = role.name.lower(), (PASSWORD, PASSWORD)
    await desk.accept(await desk.invite(role, ""), name, new, Browser("test"))
    known = await desk.stores.accounts.credentials(name)
    assert known is not None
    return (await desk.new_token(known[0], "test", role, None))[1]
