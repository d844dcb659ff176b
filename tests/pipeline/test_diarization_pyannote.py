"""pyannote.audio on a pipeline of the true shape with random weights, and where it is missing."""

from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from domain.audio import SAMPLE_RATE
from domain.errors import DragomanError, MissingError
from pipeline.diarization.choose import choose
from pipeline.diarization.pyannote import Pyannote, PyannoteSettings
from pipeline.diarization.pyannote_folder import find_folder
from pipeline.diarization.turns import TurnBook

MISSING = find_spec("pyannote") is None or find_spec("pyannote.audio") is None
needs_pyannote = pytest.mark.skipif(MISSING, reason="pyannote.audio is not installed")


def test_a_folder_that_is_not_there_or_not_whole_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="There is no folder"):
        find_folder(str(tmp_path / "none"))
    with pytest.raises(MissingError, match="lacks config"):
        find_folder(str(tmp_path))


def test_a_model_of_the_hub_that_is_not_here_names_its_conditions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(MissingError, match="somebody/no-such-pipeline") as caught:
        find_folder("somebody/no-such-pipeline")
    assert "https://hf.co/somebody/no-such-pipeline" in caught.value.remedy
    assert "speakers.model_path" in caught.value.remedy


async def test_without_it_auto_takes_the_light_one_and_says_why(tmp_path: Path) -> None:
    missing = PyannoteSettings(str(tmp_path / "none"))
    diarizer, reason = await choose("auto", {"pyannote": lambda: Pyannote(missing)})
    await diarizer.aclose()
    assert diarizer.info.name == "light"
    assert "Not pyannote: " in reason


async def test_by_name_what_is_missing_is_an_error(tmp_path: Path) -> None:
    missing = PyannoteSettings(str(tmp_path / "none"))
    with pytest.raises(DragomanError):
        await choose("pyannote", {"pyannote": lambda: Pyannote(missing)})


@pytest.fixture
async def pyannote(tmp_path: Path) -> AsyncIterator[Pyannote]:
    from benchmarks.pyannote_weights import write_pipeline

    made = Pyannote(PyannoteSettings(str(write_pipeline(tmp_path / "pipeline")), step_s=5))
    yield made
    await made.aclose()


@needs_pyannote
async def test_it_hears_a_track_and_a_whole_recording(
    pyannote: Pyannote, sample: Callable[[str], bytes]
) -> None:
    pcm = sample("multi/pv_falcon_test.wav")[: 12 * SAMPLE_RATE]
    book, stream = TurnBook(), await pyannote.open("a")
    for at in range(0, len(pcm), 32000):
        book.apply(await stream.feed(pcm[at : at + 32000], 7 + at / 2 / SAMPLE_RATE))
    book.apply(await stream.finish())
    length_s = len(pcm) / 2 / SAMPLE_RATE
    assert book.turns()
    assert all(7 <= t.start_s < t.end_s <= 7.1 + length_s for t in book.turns())
    assert all(0 <= t.start_s < t.end_s <= 0.1 + length_s for t in await pyannote.whole(pcm))
    assert (await pyannote.model()).startswith("pyannote-")


@needs_pyannote
async def test_nothing_is_told_to_its_makers(pyannote: Pyannote) -> None:
    await (await pyannote.open("a")).aclose()
    from pyannote.audio.telemetry.metrics import is_metrics_enabled

    assert not is_metrics_enabled()


@needs_pyannote
async def test_a_pipeline_that_lacks_a_file_is_told(tmp_path: Path) -> None:
    from benchmarks.pyannote_weights import write_pipeline

    folder = write_pipeline(tmp_path / "pipeline")
    (folder / "embedding" / "pytorch_model.bin").unlink()
    broken = Pyannote(PyannoteSettings(str(folder)))
    with pytest.raises(DragomanError, match="cannot be loaded"):
        await broken.open("a")
    await broken.aclose()
