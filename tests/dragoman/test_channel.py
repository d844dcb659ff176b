"""What followers of a live meeting get: everything once, in order, however they come and go."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.serve.channel import CAPTIONS, KEPT_S, MOST_WAITING, Channel


def _caption(name: str, revision: int = 1, text: str = "word") -> dict[str, Any]:
    return {"type": "caption", "id": name, "revision": revision, "stable": text}


async def _taken(items: AsyncIterator[tuple[int, Any]], count: int) -> list[tuple[int, Any]]:
    async with asyncio.timeout(10):
        return [await anext(items) for _ in range(count)]


async def test_a_new_follower_gets_the_meeting_as_it_is() -> None:
    channel = Channel()
    channel.put(
        [{"type": "snapshot", "title": "a"}, _caption("1"), _caption("1", 2), _caption("2")]
    )
    async with channel.follow() as items:
        told = await _taken(items, 3)
        assert [m.get("id") for _, m in told] == [None, "1", "2"]
        assert told[1][1]["revision"] == 2
        channel.put([_caption("2", 2)])
        assert (await _taken(items, 1))[0][1]["revision"] == 2


async def test_who_comes_back_gets_what_was_missed_and_nothing_twice() -> None:
    channel = Channel()
    channel.put([_caption("1"), _caption("2")])
    async with channel.follow() as items:
        last = (await _taken(items, 2))[-1][0]
    channel.put([_caption("2", 2), {"type": "levels", "levels": []}, _caption("3")])
    async with channel.follow(last) as items:
        told = await _taken(items, 2)
    assert [(m["id"], m["revision"]) for _, m in told] == [("2", 2), ("3", 1)]
    assert [n for n, _ in told] == sorted(n for n, _ in told)


async def test_what_a_bot_tells_again_is_not_news() -> None:
    channel = Channel()
    hello = [
        {"type": "snapshot", "title": "a"},
        {"type": "state", "state": "lobby", "at": "1"},
        _caption("1", 3),
        {"type": "people", "people": []},
    ]
    channel.put(hello)
    number = channel.number
    channel.put(hello)
    channel.put([_caption("1", 2), {"type": "beat"}])
    assert channel.number == number


async def test_after_the_replay_ends_everything_is_told_anew() -> None:
    clock = [0.0]
    channel = Channel(lambda: clock[0])
    channel.put([_caption("1")])
    clock[0] = KEPT_S + 1
    channel.put([_caption("2")])
    clock[0] += 1
    channel.put([_caption("3")])
    async with channel.follow(0) as items:
        assert [m["id"] for _, m in await _taken(items, 3)] == ["1", "2", "3"]
    async with channel.follow(1) as items:
        assert [m["id"] for _, m in await _taken(items, 2)] == ["2", "3"]


async def test_a_follower_who_lags_is_told_anew_and_delays_nobody() -> None:
    channel = Channel()
    async with channel.follow() as slow:
        for number in range(MOST_WAITING + CAPTIONS + 1):
            channel.put([_caption(str(number))])
        first = (await _taken(slow, 1))[0]
        rest = await _taken(slow, CAPTIONS)
    assert first == (0, {"type": "behind"})
    assert rest[-1][1]["id"] == str(MOST_WAITING + CAPTIONS)
    assert channel.resyncs == 1
    assert channel.followers == 0


@pytest.mark.filterwarnings("error")
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), max_size=40), st.integers(0, 40))
def test_a_cut_anywhere_loses_and_doubles_nothing(said: list[tuple[int, int]], cut: int) -> None:
    async def scene() -> None:
        channel, seen = Channel(), dict[str, int]()

        async def read(after: int | None) -> int:
            last = after or 0
            async with channel.follow(after) as items:
                while last < channel.number:
                    number, message = (await _taken(items, 1))[0]
                    assert number > last
                    assert seen.get(message["id"], 0) < message["revision"]
                    seen[message["id"]] = message["revision"]
                    last = number
            return last

        channel.put(_caption(str(name), revision) for name, revision in said[:cut])
        last = await read(None)
        channel.put(_caption(str(name), revision) for name, revision in said[cut:])
        await read(last)
        wanted: dict[str, int] = {}
        for name, revision in said:
            wanted[str(name)] = max(revision, wanted.get(str(name), 0))
        assert seen == wanted

    asyncio.run(scene())
