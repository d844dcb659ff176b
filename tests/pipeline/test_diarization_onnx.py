"""A speaker model from a file: a tiny one, written by hand."""

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from domain.audio import SAMPLE_RATE
from domain.errors import EngineError, MissingError
from domain.speakers import Voiceprint
from pipeline.diarization.light import Light, LightSettings
from pipeline.diarization.onnx_vectors import OnnxVectors
from pipeline.vad.scripted import ScriptedVad


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def part(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name: str, *sides: int | str) -> bytes:
    dims = b"".join(
        part(1, number(1, side) if isinstance(side, int) else part(2, side)) for side in sides
    )
    return part(1, name) + part(2, part(1, number(1, 1) + part(2, dims)))


def node(kind: str, source: str, target: str, attributes: bytes = b"") -> bytes:
    return part(1, part(1, source) + part(2, target) + part(4, kind) + attributes)


def write_model(path: Path, bands: int = 80) -> Path:
    """The mean size of each band over time, as an ONNX file."""
    axes = part(5, part(1, "axes") + number(8, 1) + number(20, 7))
    keep = part(5, part(1, "keepdims") + number(3, 0) + number(20, 2))
    graph = (
        node("Abs", "feats", "sizes")
        + node("ReduceMean", "sizes", "embs", axes + keep)
        + part(2, "tiny")
        + part(11, tensor("feats", 1, "frames", bands))
        + part(12, tensor("embs", 1, bands))
    )
    path.write_bytes(number(1, 8) + part(7, graph) + part(8, number(2, 13)))
    return path


def sound(kind: float, seconds: float) -> bytes:
    """Noise whose loudness swings in one part of the spectrum."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.sin(2 * math.pi * kind * times) * (1 + np.sin(2 * math.pi * 4 * times))
    noise = np.random.default_rng(1).normal(size=len(times)) * 0.01
    return ((tone / 2 + noise) * 12000 + 1).astype("<i2").tobytes()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    pytest.importorskip("onnxruntime")
    return write_model(tmp_path / "tiny.onnx")


def test_a_model_gives_unit_vectors_and_is_known_by_its_content(model: Path) -> None:
    vectors = OnnxVectors(model)
    found = vectors.vector(np.frombuffer(sound(500, 2), dtype="<i2").astype(np.float32) / 32768)
    assert found is not None
    assert found.shape == (80,)
    assert float(found @ found) == pytest.approx(1)
    assert vectors.name.startswith("onnx-tiny-")
    assert vectors.vector(np.zeros(1000, dtype=np.float32)) is None


def test_what_is_no_speaker_model_is_told(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(MissingError, match="no speaker model"):
        OnnxVectors(tmp_path / "none.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(EngineError, match="no ONNX model"):
        OnnxVectors(broken)
    with pytest.raises(EngineError, match="refuses 80 mel bands"):
        OnnxVectors(write_model(tmp_path / "other.onnx", bands=24))


async def test_the_light_diarizer_works_on_it_and_recognises(model: Path) -> None:
    light = Light(LightSettings(model_path=model), ScriptedVad)
    assert "onnx-tiny" in (await light.health()).found
    print_ = await light.embed(sound(400, 8))
    ana = Voiceprint("1", "Ana", await light.model(), print_.vector, 8, "yes", datetime.now(UTC))
    pcm = (sound(400, 4) + bytes(32000) + sound(3000, 4) + bytes(32000)) * 2
    turns = list(await light.whole(pcm, [ana]))
    await light.aclose()
    assert [turn.start_s for turn in turns] == pytest.approx([0, 5, 10, 15], abs=0.1)
    assert turns[0].name == turns[2].name == "Ana"
