"""Heartbeats, webhooks with their messages, notes, kept sound and lists, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import StorageError, UsageError
from domain.meetings import Meeting, MeetingState
from domain.serving import Notes, Point
from domain.transcripts import Segment
from domain.webhooks import Delivery, DeliveryState, Webhook, WebhookChange, WebhookEvent
from storage.bots import Heartbeat, SqlBotStore
from storage.database import Database
from storage.deliveries import Outcome, webhook_stores
from storage.delivery_counts import count_deliveries
from storage.meeting_list import SqlMeetingList
from storage.meetings import SqlMeetingStore
from storage.notes import SqlNoteStore
from storage.sounds import KeptSound, SqlSoundStore
from storage.transcripts import SqlTranscriptStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_heartbeats_are_renewed_and_forgotten(
    database: Database, stored_meeting: Meeting
) -> None:
    bots = SqlBotStore(database)
    beat = Heartbeat(stored_meeting.id, "host", 4_000_000, NOON, NOON)
    for at in (NOON, NOON + MINUTE):
        await bots.beat(replace(beat, beat_at=at))
    assert list(await bots.heartbeats()) == [replace(beat, beat_at=NOON + MINUTE)]
    with pytest.raises(StorageError):
        await bots.beat(replace(beat, meeting_id="unknown"))
    await bots.forget(stored_meeting.id)
    assert list(await bots.heartbeats()) == []


def _message(number: int, hook: str = "w1") -> Delivery:
    at = NOON + number * MINUTE
    return Delivery(f"d{number}", hook, f"e{number}", WebhookEvent.MEETING_ENDED, at, next_at=at)


async def test_messages_wait_are_sent_and_are_listed(database: Database) -> None:
    stores = webhook_stores(database)
    hook = Webhook("w1", "https://x", frozenset({WebhookEvent.MEETING_ENDED}), NOON)
    await stores.hooks.add(hook, "sealed")
    messages = [_message(number) for number in range(5)]
    assert await stores.messages.add(messages, "{}") == 5
    assert await stores.messages.add([replace(messages[0], id="other")], "{}") == 0
    (due,) = await stores.messages.due(NOON + 9 * MINUTE, 10, ())
    assert (due.delivery.id, due.url, due.secret, due.body) == ("d0", "https://x", "sealed", "{}")
    failed = Outcome(DeliveryState.WAITING, 500, "no", NOON, NOON + 60 * MINUTE)
    assert await stores.messages.tried(messages[0], failed) == NOON
    assert await stores.messages.next_at(()) == NOON + MINUTE
    sent = Outcome(DeliveryState.DELIVERED, 204, "", NOON + MINUTE)
    await stores.messages.tried(messages[1], sent)
    counts = await count_deliveries(database)
    assert (counts["waiting"], counts["delivered"], counts["retrying"]) == (4, 1, 1)
    first, cursor = await stores.messages.page("w1", None, 3, "")
    rest, end = await stores.messages.page("w1", None, 3, cursor)
    assert [each.id for each in (*first, *rest)] == ["d4", "d3", "d2", "d1", "d0"]
    assert end == ""
    changed = await stores.hooks.change("w1", WebhookChange(active=False))
    assert not changed.active
    assert (await count_deliveries(database))["failed"] == 4
    assert (await stores.messages.again("w1", "d0", NOON)).state is DeliveryState.WAITING
    assert await stores.messages.forget(NOON + 90 * MINUTE) == 4
    await stores.hooks.remove("w1")
    assert list(await stores.hooks.webhooks()) == []
    with pytest.raises(UsageError):
        await stores.hooks.webhook("w1")


async def test_notes_and_sound_stand_in_the_place_of_older_ones(
    database: Database, stored_meeting: Meeting
) -> None:
    notes = SqlNoteStore(database)
    for turn, text in enumerate(("old", "会議 😀")):
        made = Notes(
            stored_meeting.id, "ja", "x", (Point(text, 1.0, ("s1",)),),
            made_at=NOON + turn * MINUTE,
        )  # fmt: skip
        await notes.save(made)
    assert await notes.notes(stored_meeting.id) == made
    assert await notes.notes(stored_meeting.id, "es") is None
    sounds = SqlSoundStore(database)
    for name in ("a", "b"):
        await sounds.keep(stored_meeting.id, [KeptSound("mix", f"/{name}.wav", "00", 0.0, 9.5)])
    assert [each.path for each in await sounds.kept(stored_meeting.id)] == ["/b.wav"]


async def test_lists_of_meetings_are_filtered_and_paged(
    database: Database, meeting: Meeting
) -> None:
    meetings, pages = SqlMeetingStore(database), SqlMeetingList(database)
    for number in range(5):
        state = MeetingState.ENDED if number % 2 else MeetingState.REQUESTED
        at = NOON + (number // 2) * MINUTE
        await meetings.create(replace(meeting, id=f"m-{number}", state=state, created_at=at))
    said = Segment("s", "m-3", "p", "Ana 100%_Ruiz", "en", 0.0, 1.0, "Hi", 1.0, "x")
    await SqlTranscriptStore(database).write([said])
    seen, cursor = list[str](), ""
    for _ in range(3):
        page, cursor = await pages.page(limit=2, cursor=cursor)
        seen += [listed.meeting.id for listed in page]
    assert (seen, cursor) == (["m-4", "m-3", "m-2", "m-1", "m-0"], "")
    ended, _ = await pages.page(states=frozenset({MeetingState.ENDED}))
    assert [listed.meeting.id for listed in ended] == ["m-3", "m-1"]
    (found,), _ = await pages.page("ana 100%_r")
    assert (found.meeting.id, found.speakers) == ("m-3", ("Ana 100%_Ruiz",))
    nothing, _ = await pages.page("ana 100x")
    assert list(nothing) == []
    early, _ = await pages.page(since=NOON, until=NOON + MINUTE)
    assert [listed.meeting.id for listed in early] == ["m-1", "m-0"]
