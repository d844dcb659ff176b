"""What a bot prints: everything for a person, neither key nor names for a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from domain.events import Notice
from domain.links import parse_link
from domain.meetings import Ending, MeetingState, Reason
from dragoman import attend
from dragoman.hub import Hub
from dragoman.meeting_row import own_meeting
from dragoman.settings import Settings, load_settings
from dragoman.store import open_stores

LINK = parse_link("https://meet.google.com/abc-defg-hij")


class OneNotice:
    """A session in which Ana writes a command."""

    def __init__(self, crew: Any) -> None:
        self._crew = crew

    def stop(self, _reason: Reason, _evidence: str = "") -> None:
        """It ends by itself."""

    async def run(self) -> Ending:
        self._crew.hub.publish(Notice("chat_command", "Ana: /pause", 1.0))
        return Ending(Reason.ALONE)


@asynccontextmanager
async def crew(*_given: object) -> AsyncIterator[object]:
    begin = SimpleNamespace(begin=lambda _stop: None)
    yield SimpleNamespace(hub=Hub(), controls=begin, live_url="http://127.0.0.1/live?token=key")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(attend, "build_crew", crew)
    monkeypatch.setattr(attend, "Session", OneNotice)
    return load_settings(None, {"data": tmp_path})


async def test_a_person_sees_the_live_page_and_what_happens(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await attend._new(LINK, settings) == Ending(Reason.ALONE).exit_code
    printed = capsys.readouterr().out
    assert "token=key" in printed
    assert "Ana: /pause" in printed


async def test_a_launchers_bot_prints_neither_key_nor_names(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = replace(own_meeting(LINK.short, LINK.code, settings), state=MeetingState.QUEUED)
    async with open_stores(settings) as stores:
        await stores.meetings.create(waiting)
    assert await attend._stored(waiting.id, settings) == Ending(Reason.ALONE).exit_code
    printed = capsys.readouterr().out
    assert "ended: alone" in printed
    assert "key" not in printed
    assert "Ana" not in printed
