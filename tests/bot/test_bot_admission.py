"""The time-outs of the way in, on a clock that moves when it is told to."""

import asyncio
from typing import cast

import pytest

from bot.admission import Admission
from bot.locales.en import ENGLISH
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Found, Snapshot
from domain.clock import FakeClock
from domain.links import MeetingLink
from domain.meetings import MeetingState, Reason

SETTINGS = BotSettings(link=MeetingLink("abc-defg-hij"), name="Dragoman")
LOBBY = "Please wait until a meeting host brings you into the call"


class ScriptedPage:
    """Opens at once."""

    async def goto(self, url: str, **_: object) -> None:
        assert url == SETTINGS.link.url


class ScriptedTab:
    """A tab that shows one text after the other, each for some seconds."""

    def __init__(self, clock: FakeClock, shows: list[tuple[str, float]]) -> None:
        self.page = ScriptedPage()
        self.pack = ENGLISH
        self.reached: set[str] = set()
        self.lock = asyncio.Lock()
        self._clock = clock
        self._shows = shows

    async def snapshot(self) -> Snapshot:
        text, seconds = self._shows.pop(0)
        self._clock.advance(seconds)
        found = {"meeting_details": Found("label")} if text == "in" else {}
        return Snapshot(SETTINGS.link.url, text, found=found)

    async def press_text(self, texts: tuple[str, ...], within: str = "") -> str | None:
        return None


@pytest.mark.parametrize(
    ("shows", "reason", "states"),
    [
        ([("", 59.0), ("", 1.0)], Reason.START_TIMEOUT, []),
        ([(LOBBY, 30.0), (LOBBY, 599.0), (LOBBY, 1.0)], Reason.LOBBY_TIMEOUT, ["lobby"]),
        (
            [("Waiting for the host to join", 30.0), ("Waiting for the host to join", 600.0)],
            Reason.HOST_ABSENT,
            ["lobby"],
        ),
        ([(LOBBY, 30.0), ("You were denied", 1.0), ("You were denied", 1.0)], Reason.DENIED,
         ["lobby"]),
        ([(LOBBY, 30.0), ("You were denied", 1.0), (LOBBY, 1.0), ("in", 1.0)], None, ["lobby"]),
    ],
)  # fmt: skip
async def test_each_wait_has_its_limit(
    shows: list[tuple[str, float]], reason: Reason | None, states: list[str]
) -> None:
    clock = FakeClock()
    entered: list[MeetingState] = []

    async def on_change(state: MeetingState, _reason: Reason, evidence: str) -> None:
        assert evidence
        entered.append(state)

    tab = cast(Tab, ScriptedTab(clock, shows))
    admission = Admission(tab, SETTINGS, clock, on_change)
    ending = await admission.run()
    assert (ending.reason if ending else None) is reason
    assert entered == states
    assert bool(admission.evidence) is (reason is None)
