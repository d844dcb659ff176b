"""What the server does after meetings keeps quiet about people in its log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.meetings import Meeting, MeetingState
from dragoman.serve.delivery import Delivered
from dragoman.serve.ends import DELIVERED, Ends
from dragoman.settings import load_settings
from dragoman.store import open_stores

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Nowhere:
    """A delivery that fails, to somebody whom a rule names; and a desk without notes."""

    async def deliver_to(self, _event: str) -> tuple[str, ...]:
        return ("ana@example.org",)

    async def over(self, _meeting_id: str, to: tuple[str, ...], _notes: object) -> Delivered:
        return Delivered([], {each: "The mail server did not take the mail." for each in to})

    async def notes(self, _meeting_id: str) -> str:
        return "notes"


async def test_a_failed_delivery_names_nobody_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings, nowhere = load_settings(None, {"data": tmp_path}), Nowhere()
    parts: Any = (nowhere, nowhere, nowhere)
    async with open_stores(settings) as stores:
        ended = NOW - timedelta(hours=1)
        meeting = Meeting("m", "l", "c", "n", (), MeetingState.ENDED, ended, ended, ended)
        await stores.meetings.create(meeting)
        await stores.facts.put("m", "event", "e")
        await Ends(settings, stores, *parts, now=lambda: NOW).look()
        assert "not ana@example.org" in (await stores.facts.facts("m"))[DELIVERED]
    assert "not delivered" in caplog.text
    assert "ana" not in caplog.text
