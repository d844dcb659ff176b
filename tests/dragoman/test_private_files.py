"""What was said is for its owner alone, in a data folder that others look into too."""

import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.profile import hold_profile
from domain.errors import StorageError
from domain.webhooks import Delivery, WebhookEvent
from dragoman.logs import bot_log
from dragoman.trace import Trace
from storage.database import Database
from storage.deliveries import SqlDeliveryStore
from storage.journal import Journal

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SAID = '{"text": "a secret merger"}'


@pytest.fixture
def usual_mask(tmp_path: Path) -> Iterator[None]:
    before = os.umask(0o022)
    tmp_path.chmod(0o755)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_mask")
async def test_others_read_neither_words_nor_logs_nor_the_account(tmp_path: Path) -> None:
    async with Database(tmp_path / "dragoman.db"):
        pass
    journal = Journal(tmp_path / "meetings" / "m-1" / "segments.jsonl")
    journal.hold()
    with bot_log(tmp_path / "meetings" / "m-2", "m-2"), hold_profile(tmp_path / "profile"):
        with Trace(tmp_path / "trace"):
            pass
    journal.release()
    private = [tmp_path / name for name in ("dragoman.db", "profile", "trace")]
    private += (tmp_path / "meetings").iterdir()
    assert {path.name for path in private if path.stat().st_mode & 0o077} == set()


async def test_an_error_of_the_database_tells_no_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lost = Delivery("d", "nobody", "e", WebhookEvent.SEGMENT_FINAL, NOW, "nowhere", next_at=NOW)
    async with Database(tmp_path / "dragoman.db") as database:
        try:
            await SqlDeliveryStore(database).add([lost], SAID)
        except StorageError:
            logging.getLogger("x").exception("what was said could not be announced")
    assert "INSERT INTO webhook_delivery" in caplog.text
    assert "secret" not in caplog.text
