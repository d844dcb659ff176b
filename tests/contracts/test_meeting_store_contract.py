"""Every MeetingStore does what the port says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import StorageError
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from domain.ports import MeetingStore
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.memory import MemoryMeetingStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(where: str | Path | None) -> AsyncIterator[MeetingStore]:
    if where is None:
        yield MemoryMeetingStore()
        return
    async with Database(where) as database:
        yield SqlMeetingStore(database)


def _meeting(identity: str = "abcd1234", minutes: int = 0) -> Meeting:
    return Meeting(
        id=identity,
        link="https://meet.google.com/abc-defg-hij",
        code="abc-defg-hij",
        name="Robert'); DROP TABLE meeting;--",
        languages=("es", "zh"),
        state=MeetingState.REQUESTED,
        created_at=NOON + timedelta(minutes=minutes),
    )


def _step(state: MeetingState, reason: Reason, seconds: int = 0) -> StateChange:
    return StateChange(state, reason, NOON + timedelta(seconds=seconds), "seen: <b>it</b>")


async def test_what_is_stored_comes_back(store: MeetingStore) -> None:
    meeting = _meeting()
    await store.create(meeting)
    assert await store.get(meeting.id) == meeting


async def test_a_meeting_exists_once(store: MeetingStore) -> None:
    await store.create(_meeting())
    with pytest.raises(StorageError):
        await store.create(_meeting())


async def test_a_unique_prefix_of_four_will_do(store: MeetingStore) -> None:
    for identity in ("abcd1234", "abcd9999", "%%%%zzzz"):
        await store.create(_meeting(identity))
    found = await store.get("abcd1")
    assert found is not None
    assert found.id == "abcd1234"
    assert await store.get("abcd") is None
    assert await store.get("abc") is None
    assert await store.get("ABCD1") is None
    assert await store.get("____") is None
    assert await store.get("") is None


async def test_the_newest_come_first(store: MeetingStore) -> None:
    for minutes, identity in ((5, "middle"), (1, "oldest"), (9, "newest")):
        await store.create(_meeting(identity, minutes))
    assert [m.id for m in await store.recent()] == ["newest", "middle", "oldest"]
    assert [m.id for m in await store.recent(limit=1)] == ["newest"]


async def test_steps_are_kept_in_order_with_reason_and_evidence(store: MeetingStore) -> None:
    meeting = _meeting()
    await store.create(meeting)
    steps = [
        _step(MeetingState.STARTING, Reason.LAUNCHED, 1),
        _step(MeetingState.JOINING, Reason.BROWSER_READY, 2),
        _step(MeetingState.IN_MEETING, Reason.ADMITTED, 3),
        _step(MeetingState.ENDED, Reason.HOST_ENDED, 4),
    ]
    for step in steps:
        await store.change(meeting.id, step)
    stored = await store.get(meeting.id)
    assert stored is not None
    assert stored.changes == tuple(steps)
    assert (stored.state, stored.reason) == (MeetingState.ENDED, Reason.HOST_ENDED)
    assert stored.ended_at == steps[-1].at


async def test_a_step_that_is_not_allowed_is_refused(store: MeetingStore) -> None:
    meeting = _meeting()
    await store.create(meeting)
    with pytest.raises(StorageError):
        await store.change(meeting.id, _step(MeetingState.IN_MEETING, Reason.ADMITTED))
    assert await store.get(meeting.id) == meeting


async def test_nothing_follows_an_ending(store: MeetingStore) -> None:
    await store.create(_meeting())
    await store.change("abcd1234", _step(MeetingState.FAILED, Reason.DENIED))
    with pytest.raises(StorageError):
        await store.change("abcd1234", _step(MeetingState.STARTING, Reason.LAUNCHED))


async def test_a_step_that_is_stored_again_stands_once(store: MeetingStore) -> None:
    await store.create(_meeting())
    steps = (
        _step(MeetingState.STARTING, Reason.LAUNCHED, 1),
        _step(MeetingState.STARTING, Reason.RECOVERING, 2),
        _step(MeetingState.STARTING, Reason.RECOVERING, 3),
        _step(MeetingState.FAILED, Reason.BROWSER_FAILED, 4),
    )
    for step in steps:
        await store.change("abcd1234", step)
        await store.change("abcd1234", step)
    stored = await store.get("abcd1234")
    assert stored is not None
    assert stored.changes == steps


async def test_only_what_is_given_is_updated(store: MeetingStore) -> None:
    await store.create(_meeting())
    await store.update("abcd1234", began_at=NOON)
    await store.update("abcd1234", endpoint="http://127.0.0.1:9")
    stored = await store.get("abcd1234")
    assert stored is not None
    assert (stored.began_at, stored.endpoint) == (NOON, "http://127.0.0.1:9")


async def test_an_unknown_meeting_is_an_error(store: MeetingStore) -> None:
    with pytest.raises(StorageError):
        await store.change("nowhere", _step(MeetingState.STARTING, Reason.LAUNCHED))
    with pytest.raises(StorageError):
        await store.update("nowhere", endpoint="x")
    assert await store.get("nowhere") is None
