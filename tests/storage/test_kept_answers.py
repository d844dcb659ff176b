"""Answers under idempotency keys: taken once, kept a day, sealed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.answers import KeptAnswer
from storage.answers import SqlAnswerStore
from storage.database import Database

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DONE = KeptAnswer("print", 201, {"Location": "/x"}, '{"said": "xylophone"}')


def store(database: Database) -> SqlAnswerStore:
    return SqlAnswerStore(database, lambda text: text[::-1], lambda text: text[::-1])


async def test_one_of_many_takes_the_key(where: str | Path) -> None:
    async with Database(where) as database:
        answers = store(database)
        begun = await asyncio.gather(*(answers.begin("a", "k", "print", NOON) for _ in range(5)))
        assert sorted(each is None for each in begun) == [False] * 4 + [True]
        assert await answers.begin("b", "k", "print", NOON) is None


async def test_an_answer_is_kept_for_a_day_and_sealed(where: str | Path, tmp_path: Path) -> None:
    async with Database(where) as database:
        answers = store(database)
        await answers.begin("a", "k", "print", NOON)
        await answers.finish("a", "k", DONE)
        assert await answers.begin("a", "k", "other", NOON + timedelta(hours=23)) == DONE
        assert await answers.begin("a", "k", "other", NOON + timedelta(hours=25)) is None
    for path in await asyncio.to_thread(lambda: list(tmp_path.iterdir())):
        assert b"xylophone" not in await asyncio.to_thread(path.read_bytes)


async def test_a_key_is_free_after_a_failure_or_a_crash(where: str | Path) -> None:
    async with Database(where) as database:
        answers = store(database)
        await answers.begin("a", "k", "print", NOON)
        await answers.drop("a", "k")
        assert await answers.begin("a", "k", "print", NOON) is None
        assert await answers.begin("a", "k", "print", NOON + timedelta(minutes=9)) is not None
        assert await answers.begin("a", "k", "print", NOON + timedelta(minutes=11)) is None
