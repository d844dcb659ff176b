"""A database of the first release keeps everything when it is brought up to date."""

import sqlite3
from pathlib import Path

from sqlalchemy import create_engine

from domain.captions import Translation, TranslationState
from domain.speech import Word
from domain.transcripts import LIVE, REFINED
from storage.database import Database
from storage.journal import Journal
from storage.migrations.upgrade import upgrade
from storage.sounds import KeptSound, SqlSoundStore
from storage.transcripts import SqlTranscriptStore

FIRST = """
INSERT INTO meeting VALUES ('m1', 'l', 'c', 'bot', '["es"]', 'ended', 'host_ended',
  '2026-03-04 12:00:00', NULL, NULL, '');
INSERT INTO segment VALUES ('s1', 'm1', 'p1', 'Ana', 'en', 1.0, 2.0, 'Hello', 0.9, 0.1, 'x',
  '[{"text": "Hello", "start_s": 1.0, "end_s": 2.0, "confidence": 0.9}]');
INSERT INTO translation VALUES ('s1', 'es', 0, 'Hola', 'final', 'apertium', '["en", "es"]',
  0.5, '', 2.5);
"""


def _first_release(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
    engine.dispose()
    old = sqlite3.connect(path)
    old.executescript(FIRST)
    old.close()


async def test_a_database_of_the_first_release_keeps_everything(tmp_path: Path) -> None:
    _first_release(tmp_path / "old.db")
    async with Database(tmp_path / "old.db") as database:
        store = SqlTranscriptStore(database)
        (segment,) = await store.segments("m1")
        assert list(await store.segments("m1", REFINED)) == []
    assert (segment.version, segment.sound, segment.other) == (LIVE, None, None)
    assert segment.words == (Word("Hello", 1.0, 2.0, 0.9),)
    assert segment.translations == (
        Translation("es", "Hola", TranslationState.FINAL, "apertium", ("en", "es"), 0.5, "", 2.5),
    )


def test_a_journal_of_the_first_release_is_read(tmp_path: Path) -> None:
    path = tmp_path / "segments.jsonl"
    path.write_text(
        '{"id": "s1", "meeting_id": "m1", "participant_id": "", "speaker": "", "language": "en",'
        ' "start_s": 0, "end_s": 1, "text": "Hi", "confidence": 1, "doubt": 0, "engine": "x",'
        ' "words": [], "translations": {}}\n'
    )
    (segment,) = Journal(path).read()
    assert (segment.text, segment.version, segment.sound) == ("Hi", LIVE, None)


async def test_kept_sound_is_noted_once(tmp_path: Path) -> None:
    _first_release(tmp_path / "old.db")
    async with Database(tmp_path / "old.db") as database:
        store = SqlSoundStore(database)
        assert list(await store.kept("m1")) == []
        await store.keep("m1", [KeptSound("mix", "/a.wav", "00", 0.0, 9.5)])
        now = [KeptSound(f"t{n}", f"/t{n}.pcm", "11", 1.5, 60.0) for n in range(2)]
        await store.keep("m1", now)
        await store.keep("m1", now)
        assert list(await store.kept("m1")) == now
