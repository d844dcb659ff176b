"""A meeting goes on while its database does not."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from domain.errors import StorageError
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from dragoman.hub import Hub
from dragoman.steps import Steps
from storage.memory import MemoryMeetingStore


class Refusing(MemoryMeetingStore):
    """A store that refuses for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = False

    async def change(self, meeting_id: str, change: StateChange) -> None:
        if self.refuses:
            raise StorageError("locked")
        await super().change(meeting_id, change)

    async def update(
        self, meeting_id: str, *, began_at: datetime | None = None, endpoint: str | None = None
    ) -> None:
        if self.refuses:
            raise StorageError("locked")
        await super().update(meeting_id, began_at=began_at, endpoint=endpoint)


@pytest.fixture
async def store() -> Refusing:
    store = Refusing()
    now = datetime.now(UTC)
    await store.create(Meeting("m", "l", "c", "n", ("es",), MeetingState.REQUESTED, now))
    return store


async def states(store: Refusing) -> Sequence[MeetingState]:
    meeting = await store.get("m")
    assert meeting is not None
    return [change.state for change in meeting.changes][-3:]


async def test_steps_wait_for_the_database_and_come_in_order(store: Refusing) -> None:
    hub = Hub()
    seen: list[object] = []
    hub.on(seen.append)
    steps = Steps("m", MeetingState.REQUESTED, store, hub)
    await steps.take(MeetingState.STARTING, Reason.LAUNCHED)
    store.refuses = True
    await steps.take(MeetingState.JOINING, Reason.BROWSER_READY)
    await steps.begin(datetime.now(UTC))
    store.refuses = False
    await steps.take(MeetingState.LOBBY, Reason.KNOCKED)
    assert await states(store) == [
        MeetingState.STARTING, MeetingState.JOINING, MeetingState.LOBBY,
    ]  # fmt: skip
    assert len(seen) == 3


async def test_the_beginning_waits_for_the_database_too(store: Refusing) -> None:
    steps = Steps("m", MeetingState.STARTING, store, Hub())
    at = datetime.now(UTC)
    store.refuses = True
    await steps.begin(at)
    store.refuses = False
    await steps.take(MeetingState.LEAVING, Reason.STOPPED)
    meeting = await store.get("m")
    assert meeting is not None
    assert meeting.began_at == at


async def test_every_try_to_come_back_is_a_step_of_its_own(store: Refusing) -> None:
    steps = Steps("m", MeetingState.REQUESTED, store, Hub())
    await steps.take(MeetingState.STARTING, Reason.LAUNCHED)
    for evidence in ("the page crashed", "the browser did not start"):
        await steps.take(MeetingState.STARTING, Reason.RECOVERING, evidence)
    await steps.take(MeetingState.STARTING, Reason.LAUNCHED)
    meeting = await store.get("m")
    assert meeting is not None
    assert [c.evidence for c in meeting.changes] == [
        "", "the page crashed", "the browser did not start",
    ]  # fmt: skip
    assert [c.reason for c in steps.taken] == [c.reason for c in meeting.changes]


async def test_a_step_is_taken_once_and_only_where_it_leads(store: Refusing) -> None:
    steps = Steps("m", MeetingState.REQUESTED, store, Hub())
    await steps.take(MeetingState.STARTING, Reason.LAUNCHED)
    await steps.take(MeetingState.STARTING, Reason.LAUNCHED)
    await steps.take(MeetingState.IN_MEETING, Reason.ADMITTED)
    await steps.take(MeetingState.ENDED, Reason.STOPPED)
    assert (await states(store))[-2:] == [MeetingState.STARTING, MeetingState.ENDED]
