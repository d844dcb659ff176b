"""What happens to meetings reaches the webhooks: once, in order, also after a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from domain.meetings import Meeting, MeetingState, Reason, StateChange
from domain.webhooks import WebhookEvent
from dragoman.serve import happenings as happening
from dragoman.serve.fetch import AddressPolicy
from dragoman.serve.happenings import AnnouncedNotes, Happenings
from dragoman.serve.keys import Vault
from dragoman.serve.webhooks import Webhooks
from storage.database import Database
from storage.deliveries import webhook_stores
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.webhook_tables import DeliveryRow
from web.scripted import Office, ScriptedNotes
from web.scripted_data import LIVE, OVER
from web.scripted_live import ScriptedLive

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
AGO = NOW - timedelta(days=10)
ALL = frozenset(WebhookEvent) - {WebhookEvent.PING}


@dataclass
class House:
    """A database with webhooks, and meetings that come and go."""

    database: Database
    meetings: SqlMeetingStore
    facts: SqlFactStore
    webhooks: Webhooks
    live: ScriptedLive
    stored: asyncio.Queue[None]

    def happenings(self) -> Happenings:
        return Happenings(self.meetings, self.facts, self.live, self.webhooks, lambda: NOW)

    async def meet(self, meeting_id: str, *steps: tuple[MeetingState, Reason], at: Any) -> None:
        """A meeting that took these steps, one a minute."""
        asked = Meeting(meeting_id, "l", "c", "n", ("es",), MeetingState.REQUESTED, at)
        await self.meetings.create(asked)
        for number, (state, reason) in enumerate(steps):
            when = at + timedelta(minutes=number)
            await self.meetings.change(meeting_id, StateChange(state, reason, when))
            if state is MeetingState.IN_MEETING:
                await self.meetings.update(meeting_id, began_at=when)

    async def told(self) -> list[dict[str, Any]]:
        """Every message that waits, oldest first."""

        def work(session: Session) -> list[str]:
            rows = session.exec(select(DeliveryRow).order_by(text("rowid")))
            return [row.body for row in rows]

        return [json.loads(body) for body in await self.database.read(work)]

    async def batches(self, many: int) -> list[list[dict[str, Any]]]:
        """The segments of each message about them, once there are so many messages."""
        while True:
            told = [each for each in await self.told() if each["event"] == "segment.final"]
            if len(told) >= many:
                return [each["data"]["segments"] for each in told]
            await self.stored.get()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with Database(tmp_path / "d.db") as database:
        added = [AGO]
        stored: asyncio.Queue[None] = asyncio.Queue()
        webhooks = Webhooks(
            webhook_stores(database),
            Vault(b"k" * 32),
            AddressPolicy(["127.0.0.1"]),
            stored=lambda: stored.put_nowait(None),
            now=lambda: added[0],
        )
        await webhooks.add("http://127.0.0.1:1/", ALL, "", "Ana")
        added[0] = NOW
        meetings = SqlMeetingStore(database)
        yield House(database, meetings, SqlFactStore(database), webhooks, ScriptedLive(), stored)


STARTED = (
    (MeetingState.STARTING, Reason.LAUNCHED),
    (MeetingState.JOINING, Reason.BROWSER_READY),
    (MeetingState.IN_MEETING, Reason.ADMITTED),
)
ENDED = (*STARTED, (MeetingState.ENDED, Reason.HOST_ENDED))
FAILED = (*STARTED[:2], (MeetingState.FAILED, Reason.DENIED))


async def test_steps_are_told_once_also_after_a_restart(house: House) -> None:
    hour = NOW - timedelta(hours=1)
    await house.meet("good", *ENDED, at=hour)
    await house.meet("denied", *FAILED, at=hour + timedelta(seconds=1))
    await house.meet("running", *STARTED, at=hour + timedelta(seconds=2))
    await house.meet("old", *ENDED, at=NOW - timedelta(days=8))
    for _ in range(2):
        looking = house.happenings()
        await looking.look()
        await looking.look()
    told = [(each["event"], each["meeting_id"]) for each in await house.told()]
    assert told == [
        ("meeting.started", "good"),
        ("meeting.ended", "good"),
        ("transcript.ready", "good"),
        ("meeting.failed", "denied"),
        ("meeting.started", "running"),
    ]
    failed = (await house.told())[3]["data"]
    assert (failed["state"], failed["reason"]) == ("failed", "denied")
    assert "endpoint" not in failed


async def test_a_second_pass_is_told(house: House) -> None:
    await house.meet("good", *ENDED, at=NOW - timedelta(hours=1))
    looking = house.happenings()
    await looking.look()
    await house.facts.put("good", "refined", "yes")
    await house.happenings().look()
    ready = [each["data"] for each in await house.told() if each["event"] == "transcript.ready"]
    assert [each["version"] for each in ready] == ["live", "refined"]


async def test_what_is_said_comes_in_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happening, "BATCH_S", 0.02)
    monkeypatch.setattr(happening, "LOOK_S", 0.01)
    await house.meet(LIVE, *STARTED, at=NOW)
    async with house.happenings(), asyncio.timeout(10):
        await house.batches(1)
        house.live.say({"type": "caption", "id": "new", "final": True, "stable": "That is all."})
        house.live.say({"type": "state", "state": "ended"})
        batches = await house.batches(2)
    ids = [segment["id"] for batch in batches for segment in batch]
    assert ids == [f"c{number:02}" for number in range(7)] + ["new"]
    assert batches[0][0]["translations"]["es"]
    assert batches[0][0]["text"].startswith("Good morning")


async def test_new_notes_are_told(house: House) -> None:
    await house.meet(OVER, *ENDED, at=NOW)
    notes = AnnouncedNotes(ScriptedNotes(Office()), house.webhooks)
    made = await notes.make(OVER)
    assert await notes.notes(OVER) == made
    (message,) = await house.told()
    assert (message["event"], message["data"]["engine"]) == ("notes.ready", made.engine)
    assert made.summary[0].text not in json.dumps(message)
