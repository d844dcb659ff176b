"""Coming back with a browser that does not start, and being sent away meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Error

from bot import browser, meet
from bot.endpoint import PageEndpoint
from bot.meet import MeetBot
from bot.settings import BotSettings
from domain.errors import BrowserError
from domain.links import MeetingLink
from domain.meetings import MeetingState, Reason

SETTINGS = BotSettings(link=MeetingLink("abc-defg-hij", "http://127.0.0.1:9"), name="D", sink="off")


class Visits:
    """Stands for `open_visit`: the first one opens; the others do as they are told."""

    def __init__(self) -> None:
        self.opened = 0
        self.then: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def __call__(self, *_: object) -> AsyncIterator[Any]:
        self.opened += 1
        if self.opened > 1:
            self.then()
        chromium = SimpleNamespace(version="1", profile=Path("/nowhere"))
        nothing = lambda *_: None  # noqa: E731
        yield SimpleNamespace(browser=chromium, tab=None, rest=nothing, idle=nothing)


@pytest.fixture
async def visits(monkeypatch: pytest.MonkeyPatch) -> Visits:
    async def at_once(*_: object) -> bool:
        return True

    visits = Visits()
    monkeypatch.setattr(meet, "open_visit", visits)
    monkeypatch.setattr(meet, "site_answers", at_once)
    monkeypatch.setattr(meet, "Watch", lambda *_: None)
    return visits


@pytest.fixture
async def bot(visits: Visits) -> AsyncIterator[MeetBot]:
    async def changed(_state: MeetingState, _reason: Reason, _evidence: str) -> None:
        await asyncio.sleep(0)

    async with MeetBot(SETTINGS, PageEndpoint(), changed) as bot:
        yield bot


def _raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [BrowserError("gone"), OSError(28, "No space left on device")])
async def test_a_browser_that_does_not_start_again_is_a_failed_try(
    bot: MeetBot, visits: Visits, error: Exception
) -> None:
    visits.then = _raising(error)
    ending = await bot.rejoin("the page crashed")
    assert ending is not None
    assert ending.reason is Reason.BROWSER_FAILED


async def test_who_is_sent_away_while_the_browser_fails_to_start_does_not_try_again(
    bot: MeetBot, visits: Visits
) -> None:
    def sent_away() -> None:
        bot.stop(Reason.STOPPED, "SIGTERM")
        raise BrowserError("gone")

    visits.then = sent_away
    first = await bot.rejoin("the page crashed")
    again = await bot.rejoin("the page crashed")
    assert first is not None
    assert again is not None
    assert (first.reason, again.reason) == (Reason.STOPPED, Reason.STOPPED)
    assert visits.opened == 2


async def test_who_is_sent_away_in_the_moment_of_the_fault_does_not_come_back(
    bot: MeetBot, visits: Visits
) -> None:
    bot.stop(Reason.PAGE_GONE, "the page crashed")
    bot.stop(Reason.STOPPED, "SIGTERM")
    ending = await bot.rejoin("the page crashed")
    assert ending is not None
    assert ending.reason is Reason.STOPPED
    assert visits.opened == 1


async def test_a_second_sign_of_the_same_fault_uses_up_no_try(bot: MeetBot, visits: Visits) -> None:
    bot.stop(Reason.PAGE_GONE, "the page crashed")
    bot.stop(Reason.PAGE_GONE, "the browser is gone")
    visits.then = _raising(BrowserError("gone"))
    ending = await bot.rejoin("the page crashed")
    assert ending is not None
    assert ending.reason is Reason.BROWSER_FAILED


async def test_a_browser_that_dies_at_its_start_is_a_browser_that_failed() -> None:
    class Context:
        async def expose_binding(self, *_: object) -> None:
            raise Error("Target page, context or browser has been closed")

    context: Any = Context()
    script: Any = SimpleNamespace(binding="_x", called=None, text="")
    with pytest.raises(BrowserError, match="has been closed"):
        await browser._page(context, script)
