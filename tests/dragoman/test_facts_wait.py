"""What is told of a session waits while the database is away."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.audio import Gap
from domain.errors import StorageError
from domain.meetings import Meeting
from dragoman import facts as facts_module
from dragoman.facts import FactKeeper
from dragoman.meeting_row import new_meeting
from dragoman.settings import load_settings
from storage.database import Database
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore


class Moody(SqlFactStore):
    """Refuses the first times, once for good."""

    def __init__(self, database: Database, for_good: bool) -> None:
        super().__init__(database)
        self.refusals = 1 if for_good else 3
        self._for_good = for_good

    async def write_gaps(self, meeting_id: str, gaps: Sequence[Gap]) -> None:
        if self.refusals:
            self.refusals -= 1
            error = StorageError("The database is away.", "Wait.")
            error.retry = not self._for_good
            raise error
        await super().write_gaps(meeting_id, gaps)


def _meeting(folder: Path) -> Meeting:
    return new_meeting("link", "abc-defg-hij", load_settings(None, {"data": folder}))


@pytest.mark.parametrize("for_good", [False, True])
async def test_gaps_wait_for_the_database_and_come_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, for_good: bool
) -> None:
    monkeypatch.setattr(facts_module, "RETRY_S", 0.01)
    meeting = _meeting(tmp_path)
    gaps = [Gap("t", float(n), n + 0.5, 8000, "stall") for n in range(3)]
    async with Database(tmp_path / "d.db") as database:
        await SqlMeetingStore(database).create(meeting)
        store = Moody(database, for_good)
        async with FactKeeper(meeting.id, store, SqlTranscriptStore(database)) as keeper:
            for gap in gaps:
                keeper.note(gap)
        assert list(await store.gaps(meeting.id)) == gaps[1 if for_good else 0 :]
