"""What tests of calendars share."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import ClientSession, DummyCookieJar

from domain.errors import UsageError
from scheduler.calendars.web import Web

Sleep = Callable[[float], Awaitable[None]]


@pytest.fixture
def slept() -> list[float]:
    """The waits that were asked for; nobody really waits."""
    return []


@pytest.fixture
async def web(slept: list[float]) -> AsyncIterator[Web]:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    def check(address: str) -> None:
        if "forbidden" in address:
            raise UsageError("This address is forbidden.")

    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield Web(http, check, sleep)
