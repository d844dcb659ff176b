"""What every diarizer keeps to."""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from domain.audio import SAMPLE_RATE
from domain.engines import load
from domain.ports import Diarizer
from domain.speakers import Turn
from pipeline.diarization import AUTO_ORDER, ENGINES
from pipeline.diarization.light import Light
from pipeline.diarization.turns import TurnBook
from pipeline.vad.scripted import ScriptedVad

START_S = 100.0


def noise(seconds: float) -> bytes:
    """Something that the scripted voice activity takes for speech."""
    samples = np.random.default_rng(1).normal(size=int(seconds * SAMPLE_RATE)) * 3000
    return samples.astype("<i2").tobytes()


@pytest.fixture(params=sorted(ENGINES))
async def diarizer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Diarizer]:
    engine: Diarizer
    if request.param == "light":
        engine = Light(vad=ScriptedVad)
    elif request.param == "scripted":
        live = [Turn("a", START_S, START_S + 2)]
        script = {"a": live, "b": live, "": [Turn("a", 0.0, 2.0)]}
        engine = load(ENGINES, "scripted")(script)
    elif request.param == "pyannote":
        if find_spec("pyannote") is None or find_spec("pyannote.audio") is None:
            pytest.skip("pyannote.audio is not installed")
        from benchmarks.pyannote_weights import write_pipeline
        from pipeline.diarization.pyannote import Pyannote, PyannoteSettings

        engine = Pyannote(PyannoteSettings(str(write_pipeline(tmp_path / "pipeline"))))
    else:
        engine = load(ENGINES, request.param)()
    yield engine
    await engine.aclose()


async def heard(diarizer: Diarizer, pcm: bytes) -> list[Turn]:
    book = TurnBook()
    stream = await diarizer.open("a")
    for at in range(0, len(pcm), 6400):
        book.apply(await stream.feed(pcm[at : at + 6400], START_S + at / 2 / SAMPLE_RATE))
    book.apply(await stream.finish())
    await stream.aclose()
    return book.turns()


async def test_it_says_what_it_is(diarizer: Diarizer) -> None:
    assert diarizer.info.name in ENGINES
    health = await diarizer.health()
    assert health.ok
    assert health.found


async def test_turns_lie_within_the_sound_and_have_labels(diarizer: Diarizer) -> None:
    turns = await heard(diarizer, noise(6.0))
    assert turns or diarizer.info.name != "light"
    for turn in turns:
        assert turn.label
        assert START_S <= turn.start_s < turn.end_s <= START_S + 6.1
        assert 0 <= turn.confidence <= 1
        assert turn.name == ""


async def test_turns_of_a_label_do_not_overlap(diarizer: Diarizer) -> None:
    last: dict[str, float] = {}
    turns = await heard(diarizer, noise(12.0))
    assert turns or diarizer.info.name != "light"
    for turn in turns:
        assert turn.start_s >= last.get(turn.label, 0.0)
        last[turn.label] = turn.end_s


async def test_a_recording_heard_as_a_whole_gives_turns_in_order(diarizer: Diarizer) -> None:
    turns = list(await diarizer.whole(noise(6.0)))
    assert turns or diarizer.info.name != "light"
    assert turns == sorted(turns, key=lambda turn: turn.start_s)
    assert all(0 <= turn.start_s < turn.end_s <= 6.1 for turn in turns)


async def test_no_sound_gives_no_turns(diarizer: Diarizer) -> None:
    assert list(await diarizer.whole(b"")) == []
    stream = await diarizer.open("a")
    assert list(await stream.finish()) == []
    await stream.aclose()


async def test_streams_of_two_tracks_live_side_by_side(diarizer: Diarizer) -> None:
    streams = [await diarizer.open(track) for track in "ab"]
    books = [TurnBook() for _ in streams]
    for stream, book in zip(streams, books, strict=True):
        book.apply(await stream.feed(noise(3.0), START_S))
    for stream, book in zip(streams, books, strict=True):
        book.apply(await stream.finish())
        await stream.aclose()
    assert books[0].turns() == books[1].turns()


async def test_a_stream_may_be_given_up(diarizer: Diarizer) -> None:
    stream = await diarizer.open("a")
    await stream.feed(noise(1.0), START_S)
    await stream.aclose()
    again = await diarizer.open("a")
    assert list(await again.finish()) == []
    await again.aclose()


def test_auto_knows_only_engines_of_the_table_and_ends_with_none() -> None:
    assert set(AUTO_ORDER) <= set(ENGINES)
    assert AUTO_ORDER[-1] == "none"
