"""What is special about PostgreSQL: its driver, its words, its voices, and frozen servers."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from benchmarks.postgres import Cluster, shared
from domain.errors import MissingError, StorageError, UsageError
from domain.meetings import Meeting
from domain.speakers import Voiceprint
from domain.transcripts import Segment
from storage import database as database_module
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore
from storage.voiceprints import SqlVoiceprintStore

END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("53100", "disk of the database is full"),
        ("53300", "no room for another connection"),
        ("25006", "takes no changes at present"),
        ("42501", "allows this user too little"),
        ("55P03", "busy with another program"),
        ("40P01", "busy with another program"),
        ("57P01", "cannot be reached"),
        ("57P03", "cannot be reached"),
    ],
)
async def test_what_the_server_says_is_told_in_two_lines(
    address: str, code: str, said: str
) -> None:
    async with Database(address) as database:
        saying = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$"
        with pytest.raises(StorageError, match=said) as raised:
            await database.write(lambda session: session.execute(text(saying)))
    assert raised.value.retry
    assert database.where in raised.value.remedy


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("/test_", "/nowhere_"), "no such database"),
        (("//dragoman@", "//nobody@"), "refuses the sign-in"),
        (("host=/", "host=/nowhere/"), "cannot be reached"),
    ],
)
async def test_a_wrong_address_is_told_without_its_password(
    address: str, change: tuple[str, str], said: str
) -> None:
    wrong = address.replace(*change).replace("@", ":pass-word@")
    with pytest.raises(StorageError, match=said) as raised:
        async with Database(wrong):
            pass
    assert "pass-word" not in str(raised.value)


@pytest.mark.parametrize("address", ["mysql://u@h/d", "postgresql://u@h:port/d", "x://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        Database(address)


async def test_a_driver_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingError) as raised:
        async with Database("postgres://dragoman@localhost/dragoman"):
            pass
    assert "dragoman[postgres]" in raised.value.remedy


async def test_every_character_but_one_comes_back(
    address: str, meeting: Meeting, segment: Callable[..., Segment]
) -> None:
    async with Database(address) as database:
        await SqlMeetingStore(database).create(meeting)
        store = SqlTranscriptStore(database)
        odd = replace(segment(), text="a\x00b\x01\u202e😀'\\%", speaker="\x00")
        await store.write([odd])
        (kept,) = await store.segments(meeting.id)
        assert kept == replace(odd, text=odd.text.replace("\x00", "\ufffd"), speaker="\ufffd")


async def test_one_writes_at_a_time_and_readers_see_one_moment(address: str) -> None:
    def raise_number(session: Session) -> None:
        value = session.execute(text("SELECT count(*) FROM kept_answer")).scalar()
        session.execute(text(f"INSERT INTO kept_answer VALUES ('o', '{value}', '', now(), '')"))

    async with Database(address) as one, Database(address) as other:
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(one.write(raise_number))
                group.create_task(other.write(raise_number))
        assert (
            await one.read(lambda s: s.execute(text("SELECT count(*) FROM kept_answer")).scalar())
            == 20
        )
        with pytest.raises(StorageError):
            await one.read(lambda session: session.execute(text("DELETE FROM kept_answer")))


async def test_nothing_of_a_deleted_voice_stays_in_the_tables_files(address: str) -> None:
    voice = Voiceprint(
        id="v1", name="Anastasia Quillfeather", model="ecapa", vector=(0.5,) * 64, sound_s=20.0,
        consent="She said yes", consent_at=datetime(2026, 3, 4, tzinfo=UTC),
    )  # fmt: skip
    cluster, name = shared(), address.partition("@/")[2].partition("?")[0]

    def traces() -> bool:
        cluster.ask("CHECKPOINT", name)
        folder = cluster.data / cluster.ask(
            "SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()", name
        )
        files = [path for path in folder.iterdir() if path.is_file()]
        return any(b"Quillfeather" in path.read_bytes() for path in files)

    async with Database(address) as database:
        store = SqlVoiceprintStore(database)
        await store.save(voice)
        await store.save(replace(voice, id="v2", name="Ben"))
        assert await asyncio.to_thread(traces)
        assert await store.delete("v1")
        assert not await asyncio.to_thread(traces)
        assert [each.id for each in await store.voiceprints()] == ["v2"]


async def test_a_frozen_server_is_told_and_left(
    cluster: Cluster, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "CLOSE_S", 0.2)
    address = cluster.url(cluster.new_database())
    async with asyncio.timeout(40):
        async with Database(address, answer_s=0.5) as database:
            meetings = SqlMeetingStore(database)
            await meetings.create(meeting)
            await asyncio.to_thread(cluster.freeze, on=True)
            try:
                with pytest.raises(StorageError, match="does not answer"):
                    await meetings.create(replace(meeting, id="m-0002"))
                with pytest.raises(StorageError, match="does not answer"):
                    await meetings.recent()
                await database.__aexit__(None, None, None)
            finally:
                await asyncio.to_thread(cluster.freeze, on=False)
    async with Database(address) as again:
        assert meeting.id in {each.id for each in await SqlMeetingStore(again).recent()}


@pytest.mark.parametrize("how", ["immediate", "fast", "kill"])
async def test_it_goes_on_after_the_server_was_away(
    cluster: Cluster, meeting: Meeting, how: str
) -> None:
    async with Database(cluster.url(cluster.new_database())) as database:
        meetings = SqlMeetingStore(database)
        await meetings.create(meeting)
        await asyncio.to_thread(cluster.kill if how == "kill" else lambda: cluster.stop(how))
        for ask in (meetings.recent, lambda: meetings.create(replace(meeting, id="m-0002"))):
            with pytest.raises(StorageError, match="cannot be reached") as raised:
                await ask()
            assert raised.value.retry
        await asyncio.to_thread(cluster.start)
        assert [each.id for each in await meetings.recent()] == [meeting.id]
        cluster.ask(END_ALL)
        await meetings.create(replace(meeting, id="m-0002"))
        assert len(await meetings.recent()) == 2


def test_the_driver_reaches_a_path(tmp_path: Path) -> None:
    assert Database(tmp_path / "a b%.db").url.database == str(tmp_path / "a b%.db")
