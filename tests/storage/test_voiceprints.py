"""A deleted voice is in no file any more."""

import sqlite3
import struct
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import StorageError
from domain.speakers import Voiceprint
from storage import sqlite as sqlite_module
from storage.database import Database
from storage.voiceprints import SqlVoiceprintStore

VECTOR = tuple((n + 1) / 257 for n in range(256))
VOICE = Voiceprint(
    id="voice-of-ana",
    name="Anastasia Quillfeather",
    model="ecapa",
    vector=VECTOR,
    sound_s=20.0,
    consent="She said yes in the kickoff",
    consent_at=datetime(2026, 3, 4, tzinfo=UTC),
)


def _traces(folder: Path) -> list[str]:
    """Files that still hold her name, her words of consent or a part of her vector."""
    signs = [VOICE.name.encode(), VOICE.consent.encode()]
    signs += [struct.pack("<2d", *VECTOR[n : n + 2]) for n in range(0, 256, 16)]
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    return [name for name, data in content.items() if any(sign in data for sign in signs)]


async def test_nothing_of_a_deleted_voice_stays_in_any_file(tmp_path: Path) -> None:
    async with Database(tmp_path / "voices.db") as database:
        store = SqlVoiceprintStore(database)
        for number in range(20):
            other = replace(VOICE, id=f"other-{number}", name="B", consent="yes")
            await store.save(replace(other, vector=(1.0,) * 256))
        await store.save(VOICE)
        assert _traces(tmp_path)
        assert await store.delete(VOICE.id)
        assert _traces(tmp_path) == []
        assert len(await store.voiceprints()) == 20
    assert _traces(tmp_path) == []


async def test_a_replaced_voice_does_not_stay_either(tmp_path: Path) -> None:
    async with Database(tmp_path / "voices.db") as database:
        store = SqlVoiceprintStore(database)
        await store.save(VOICE)
        await store.save(replace(VOICE, name="A", consent="yes", vector=(1.0,) * 128))
        assert _traces(tmp_path) == []


async def test_a_reader_in_the_way_is_told_and_the_next_try_wipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "_PRAGMAS", (
        "PRAGMA busy_timeout=50", *sqlite_module._PRAGMAS[1:]))  # fmt: skip
    async with Database(tmp_path / "voices.db") as database:
        store = SqlVoiceprintStore(database)
        await store.save(VOICE)
        reader = sqlite3.connect(tmp_path / "voices.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM voiceprint").fetchone()
        with pytest.raises(StorageError, match="in use"):
            await store.delete(VOICE.id)
        reader.execute("COMMIT")
        reader.close()
        assert await store.delete(VOICE.id) is False
        assert _traces(tmp_path) == []
