"""What every recogniser keeps to."""

from collections.abc import AsyncIterator

import pytest

from domain.engines import load
from domain.languages import NAMES
from domain.ports import RecognitionRequest, Recognizer
from pipeline.asr import AUTO_ORDER, ENGINES

SILENCE = bytes(32000)


@pytest.fixture(params=sorted(ENGINES))
async def recognizer(request: pytest.FixtureRequest) -> AsyncIterator[Recognizer]:
    engine = load(ENGINES, request.param)()
    if not (await engine.health()).ok:
        pytest.skip(f"{request.param} does not work here")
    yield engine
    await engine.aclose()


async def test_it_says_what_it_can(recognizer: Recognizer) -> None:
    assert recognizer.info.name in ENGINES
    assert recognizer.info.languages <= set(NAMES)
    assert (await recognizer.health()).found


async def test_silence_comes_to_nothing(recognizer: Recognizer) -> None:
    stream = await recognizer.open(RecognitionRequest("a", 0.0))
    for _ in range(4):
        hypothesis = await stream.feed(SILENCE)
        assert hypothesis is None or not hypothesis.final
    final = await stream.finish()
    await stream.aclose()
    assert final.final
    assert len(final.words) <= 1


async def test_nothing_fed_is_nothing_heard(recognizer: Recognizer) -> None:
    stream = await recognizer.open(RecognitionRequest("a", 0.0))
    final = await stream.finish()
    await stream.aclose()
    assert final.final
    assert final.words == ()


async def test_streams_of_two_tracks_live_side_by_side(recognizer: Recognizer) -> None:
    streams = [await recognizer.open(RecognitionRequest(track, 0.0)) for track in "ab"]
    for stream in streams:
        await stream.feed(SILENCE)
    for stream in streams:
        assert (await stream.finish()).final
        await stream.aclose()


async def test_a_stream_may_be_given_up(recognizer: Recognizer) -> None:
    stream = await recognizer.open(RecognitionRequest("a", 0.0))
    await stream.feed(SILENCE)
    await stream.aclose()
    again = await recognizer.open(RecognitionRequest("a", 0.0))
    assert (await again.finish()).words == ()
    await again.aclose()


def test_auto_knows_only_engines_of_the_table() -> None:
    assert set(AUTO_ORDER) <= set(ENGINES)
