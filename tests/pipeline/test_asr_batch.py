"""Windows that go through the model together, and what it is told was said before."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.whisper_weights import Shape, write_model
from domain.audio import SAMPLE_RATE
from domain.speech import Word
from pipeline.asr.belief import Belief
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.faster_whisper import FasterWhisper, FasterWhisperSettings
from pipeline.asr.whisper_model import WhisperModel, WhisperWindow

SECOND = SAMPLE_RATE * 2
PLAIN = "We should talk about the budget for the next year."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("batch") / "random", Shape(16), seed=3)


@pytest.fixture(scope="module")
def model(folder: Path) -> WhisperModel:
    return WhisperModel(folder, device="cpu", compute_type="auto", threads=1)


def voice(seed: int, seconds: float = 2.0) -> bytes:
    """A voice-like noise of its own."""
    random = np.random.default_rng(seed)
    at_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * (90 + 40 * seed) * at_s) * (1 + np.sin(2 * np.pi * 3 * at_s))
    return bytes(((wave + random.normal(0, 0.3, at_s.size)) * 6000).astype("<i2").tobytes())


def alike(one: Decoded, other: Decoded) -> None:
    """The same but for the last digits."""
    told = [(word.text, word.start_s, word.end_s) for word in one.words]
    assert told == [(word.text, word.start_s, word.end_s) for word in other.words]
    sure = [word.confidence for word in one.words]
    assert sure == pytest.approx([word.confidence for word in other.words], abs=1e-3)
    assert one.avg_logprob == pytest.approx(other.avg_logprob, abs=1e-3)
    assert one.no_speech == pytest.approx(other.no_speech, abs=1e-3)
    assert replace(one, words=(), avg_logprob=0, no_speech=0) == replace(
        other, words=(), avg_logprob=0, no_speech=0
    )


def count_passes(model: WhisperModel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the batches that the encoder is given from now on."""
    passes: list[int] = []
    encode = model._whisper.encode

    def counted(features: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> object:
        passes.append(features.shape[0] if features.ndim == 3 else 1)
        return encode(features)

    monkeypatch.setattr(model._whisper, "encode", counted)
    return passes


@pytest.mark.parametrize(
    ("short", "beam"), [(False, 1), (True, 1), (True, 2)], ids=["padded", "short", "beam"]
)
def test_together_is_as_alone(
    model: WhisperModel, monkeypatch: pytest.MonkeyPatch, short: bool, beam: int
) -> None:
    windows = [
        WhisperWindow(voice(n), "en", beam_size=beam, short_window=short) for n in range(1, 4)
    ]
    alone = [model.decode_many([window])[0] for window in windows]
    passes = count_passes(model, monkeypatch)
    together = model.decode_many(windows)
    assert passes == [3]
    for one, other in zip(together, alone, strict=True):
        assert one.words
        alike(one, other)
    assert len({one.text for one in alone}) > 1, "the model hears no difference"


def test_windows_of_other_lengths_share_a_full_window(
    model: WhisperModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = [WhisperWindow(voice(n, 1.0 + n / 2), "en") for n in range(1, 3)]
    windows.append(WhisperWindow(voice(3, 4.0), "en"))
    alone = [model.decode_many([window])[0] for window in windows]
    passes = count_passes(model, monkeypatch)
    together = model.decode_many(windows)
    assert passes == [3]
    assert [each.text for each in alone] == [each.text for each in together]
    assert [each.length_s for each in together] == [1.5, 2.0, 4.0]


def test_what_cannot_be_joined_keeps_its_place(
    model: WhisperModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = [
        WhisperWindow(voice(1), "en"),
        WhisperWindow(voice(2), "de"),
        WhisperWindow(b"\0\0" * 20, "fr"),
        WhisperWindow(voice(3), ""),
        WhisperWindow(voice(4), "en", terms=("Kubernetes",)),
        WhisperWindow(voice(5), "en"),
    ]
    alone = [model.decode_many([window])[0] for window in windows]
    passes = count_passes(model, monkeypatch)
    together = model.decode_many(windows)
    assert sorted(passes) == [1, 1, 1, 2]
    for one, other in zip(together, alone, strict=True):
        alike(one, other)
    assert [each.language for each in together[:3]] == ["en", "de", "fr"]
    assert together[2].words == ()
    assert together[4].prompt == "Kubernetes."


class Gated:
    """Waits with its first batch until it is let go, and remembers what it was given."""

    device, compute_type, multilingual = "cpu", "float32", True

    def __init__(self, model: WhisperModel | None = None) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.batches: list[list[WhisperWindow]] = []
        self.texts = [PLAIN]
        self._model = model

    def knows(self, language: str) -> bool:
        return True

    def window_s(self, short_window: bool = False) -> float:
        return 0.01

    def decode_many(self, windows: Sequence[WhisperWindow]) -> list[Decoded]:
        self.batches.append(list(windows))
        self.begun.set()
        self.go.wait(20)
        if self._model is not None:
            return self._model.decode_many(windows)
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        return [_heard(text, len(window.pcm) / SECOND) for window in windows]


def _heard(text: str, length_s: float, **more: object) -> Decoded:
    parts = text.split()
    step_s = length_s / len(parts)
    words = tuple(Word(p, n * step_s, (n + 1) * step_s, 0.9) for n, p in enumerate(parts))
    return Decoded(words, "en", length_s, **more)  # type: ignore[arg-type]


async def test_those_who_wait_at_once_are_decoded_together(folder: Path) -> None:
    gated = Gated()
    settings = FasterWhisperSettings(path=str(folder), device="cpu", batch=3)
    async with FasterWhisper(settings, load=lambda *_: gated) as engine:
        pieces = [Piece(voice(n, 4.0), f"t{n}", "en", final=n > 1) for n in range(6)]
        async with asyncio.TaskGroup() as group:
            group.create_task(engine.decode(pieces[0]))
            await asyncio.to_thread(gated.begun.wait, 20)
            tasks = [group.create_task(engine.decode(piece)) for piece in pieces[1:]]
            await asyncio.sleep(0.05)
            gated.go.set()
        for task in tasks:
            heard = task.result()
            assert heard is not None
            assert heard.text == PLAIN
    given = [[window.pcm for window in batch] for batch in gated.batches]
    numbers = [[[p.pcm for p in pieces].index(pcm) for pcm in batch] for batch in given]
    assert numbers == [[0], [2, 3, 4], [5, 1]], "finals first, three at once"


async def test_a_processor_decodes_one_after_the_other_unless_told(folder: Path) -> None:
    gated = Gated()
    settings = FasterWhisperSettings(path=str(folder), device="cpu")
    async with FasterWhisper(settings, load=lambda *_: gated) as engine:
        async with asyncio.TaskGroup() as group:
            for n in range(3):
                group.create_task(engine.decode(Piece(voice(n, 4.0), f"t{n}", "en", final=True)))
            await asyncio.to_thread(gated.begun.wait, 20)
            gated.go.set()
    assert [len(batch) for batch in gated.batches] == [1, 1, 1]


def piece(track: str = "a", final: bool = True) -> Piece:
    return Piece(bytes(4 * SECOND), track, "en", final=final, context="Good morning to you.")


REFUSED = _heard(PLAIN, 4.0, avg_logprob=-3.0)


def test_after_a_refusal_the_text_before_is_not_told() -> None:
    belief = Belief()
    assert belief.context(piece()) == "Good morning to you."
    judged = belief.judge(REFUSED, piece())
    assert judged is not None
    assert judged.words == ()
    assert belief.refusals == {"log-probability": 1}
    assert belief.context(piece()) == ""
    assert belief.context(piece("b")) == "Good morning to you."


def test_a_draft_is_refused_whole_and_does_not_restore_belief() -> None:
    belief = Belief()
    assert belief.judge(REFUSED, piece(final=False)) is None
    assert belief.judge(_heard(PLAIN, 4.0), piece(final=False)) is not None
    assert belief.context(piece()) == ""
    assert belief.judge(Decoded((), "en", 4.0), piece()) is not None
    assert belief.context(piece()) == "", "silence proves nothing"
    assert belief.judge(_heard(PLAIN, 4.0), piece()) is not None
    assert belief.context(piece()) == "Good morning to you."


def test_tracks_that_were_doubted_are_forgotten_in_the_end() -> None:
    belief = Belief()
    for number in range(100):
        belief.judge(REFUSED, piece(f"t{number}"))
    assert belief.context(piece("t0"))
    assert not belief.context(piece("t99"))


async def test_the_model_is_told_the_text_before_until_it_makes_things_up(folder: Path) -> None:
    gated = Gated()
    gated.go.set()
    gated.texts = [PLAIN, "so so so so so so so so so so so so", PLAIN, PLAIN]
    settings = FasterWhisperSettings(path=str(folder), device="cpu")
    async with FasterWhisper(settings, load=lambda *_: gated) as engine:
        said = []
        for _ in range(4):
            heard = await engine.decode(piece())
            assert heard is not None
            said.append(heard.text)
    assert said == [PLAIN, "", PLAIN, PLAIN]
    told = [batch[0].context for batch in gated.batches]
    assert told == ["Good morning to you."] * 2 + ["", "Good morning to you."]


def test_the_text_before_reaches_the_prompt_and_a_loop_does_not(
    model: WhisperModel, tone: Callable[[float], bytes]
) -> None:
    before = "Anna speaks of the harbour."
    window = WhisperWindow(tone(2.0), "en", context=before, terms=("Kubernetes",))
    heard = model.decode_many([window])[0]
    assert (heard.context, heard.prompt) == (before, "Kubernetes.")
    loop = "on and on we go " * 6
    assert model.decode_many([replace(window, context=loop)])[0].context == ""
