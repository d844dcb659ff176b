"""The end rules go on where the page hangs or a minor part fails."""

import asyncio
from collections import Counter
from typing import cast

import pytest
from playwright.async_api import Page as BrowserPage

from bot.caretaker import Caretaker
from bot.chat import Chat
from bot.endpoint import PageEndpoint
from bot.intake import Intake
from bot.locales.en import ENGLISH
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Found, Snapshot
from bot.watch import Watch
from domain.clock import FakeClock
from domain.links import MeetingLink
from domain.meetings import Ending, Reason

SETTINGS = BotSettings(link=MeetingLink("abc-defg-hij"), name="Dragoman", cap_s=20)


class Page:
    """Never answers."""

    def is_closed(self) -> bool:
        return False

    async def evaluate(self, *_: object) -> object:
        return await asyncio.Event().wait()


class FaultyTab:
    """In the call, with a camera that cannot be pressed; seconds pass with each look."""

    def __init__(self, clock: FakeClock, shown: Snapshot | None) -> None:
        self.page = Page()
        self.pack = ENGLISH
        self.reached: set[str] = set()
        self.lock = asyncio.Lock()
        self.answered: Counter[tuple[str, str]] = Counter()
        self._clock = clock
        self._shown = shown

    async def snapshot(self) -> Snapshot | None:
        self._clock.advance(15)
        return self._shown

    async def press(self, target: str) -> bool:
        raise ValueError(target)

    def drifted(self) -> dict[str, str]:
        return {}


class FaultyChat:
    """Breaks on opening."""

    async def open(self) -> bool:
        raise ValueError("no panel")


def caretaker(clock: FakeClock, shown: Snapshot | None, ends: list[Ending]) -> Caretaker:
    tab, chat = cast(Tab, FaultyTab(clock, shown)), cast(Chat, FaultyChat())
    watch = Watch(tab, SETTINGS, clock, lambda *_: None)
    intake = Intake(PageEndpoint(), "Dragoman")
    return Caretaker(tab, watch, chat, intake, ends.append)


IN_CALL = Snapshot(
    SETTINGS.link.url,
    found={name: Found("label") for name in ("meeting_details", "dialog", "consent")},
)


@pytest.mark.parametrize(("shown", "faults"), [(IN_CALL, 1), (None, 0)])
async def test_the_stay_ends_all_the_same(
    shown: Snapshot | None, faults: int, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr("bot.caretaker.POLL_S", 0)
    clock, ends = FakeClock(), list[Ending]()
    care = caretaker(clock, shown, ends)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(care.open_chat())
        tasks.create_task(care.run(clock))
    assert [ending.reason for ending in ends] == [
        Reason.PAGE_GONE if not shown else Reason.CAP_REACHED
    ]
    assert len([r for r in caplog.records if "goes on" in r.message]) == 1 + faults


async def test_a_page_that_does_not_answer_gives_no_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.tab._SNAPSHOT_S", 0.01)
    assert await Tab(cast(BrowserPage, Page()), ENGLISH).snapshot() is None
