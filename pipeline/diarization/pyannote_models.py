"""The networks of a pyannote.audio pipeline. Everything here blocks."""

import contextlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from domain.audio import SAMPLE_RATE
from domain.errors import EngineError, MissingError
from domain.speakers import Turn
from pipeline.diarization.rolling import ACTIVE_S, Window
from pipeline.diarization.spectra import Floats
from pipeline.diarization.vectors import unit

_ALONE_S = 0.5
"""Speech without others that is enough for a vector."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A recording heard as a whole."""

    turns: list[Turn]
    """Of one speaker at a time."""
    voices: dict[str, tuple[Floats, float]]
    """Vector and seconds of speech by label."""


class PyannoteModels:
    """A loaded pipeline, used window by window or as a whole.

    Raises MissingError where a package or file is not there, EngineError where it does not load.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self._torch, self._pipeline = _load(folder, device)
        self.length_s = float(self._pipeline._segmentation.duration)
        """Of the window that the segmentation hears."""

    def window(self, samples: Floats, start_s: float) -> Window:
        """Who speaks when in at most `length_s` of sound, with a vector per local speaker."""
        size = round(self.length_s * SAMPLE_RATE)
        padded = np.pad(samples[:size], (0, max(0, size - len(samples))))
        sound = self._torch.from_numpy(padded.astype(np.float32))[None, None]
        with _quiet():
            scores = np.asarray(self._pipeline._segmentation.infer(sound))[0]
        share = min(1.0, len(samples) / size)
        active = scores > 0.5
        active[round(len(scores) * share) :] = False
        vectors = self._vectors(sound, active)
        heard = active[: max(1, round(len(scores) * share))]
        return Window(start_s, start_s + share * self.length_s, heard, vectors)

    def whole(self, samples: Floats) -> Whole:
        """The whole pipeline, clustering included."""
        sound = self._torch.from_numpy(samples.copy())[None]
        with _quiet():
            output = self._pipeline(
                {"waveform": sound, "sample_rate": SAMPLE_RATE, "uri": "recording"}
            )
        length_s = len(samples) / SAMPLE_RATE  # its last window is filled up beyond the sound
        labels: dict[str, str] = {}
        turns: list[Turn] = []
        for segment, _, speaker in output.exclusive_speaker_diarization.itertracks(
            yield_label=True
        ):
            if segment.start < length_s:
                label = labels.setdefault(speaker, f"voice {len(labels) + 1}")
                end_s = min(float(segment.end), length_s)
                turns.append(Turn(label, max(0.0, float(segment.start)), end_s))
        vectors = dict(
            zip(output.speaker_diarization.labels(), output.speaker_embeddings, strict=False)
        )
        voices = {
            label: (unit(np.asarray(vectors[speaker], dtype=np.float32)), _speech_s(turns, label))
            for speaker, label in labels.items()
            if speaker in vectors and np.isfinite(vectors[speaker]).all()
        }
        return Whole(turns, voices)

    def _vectors(self, sound: Any, active: "np.ndarray[Any, np.dtype[np.bool_]]") -> Floats:
        frame_s = self.length_s / len(active)
        alone = active & (active.sum(axis=1, keepdims=True) == 1)
        masks = np.where(alone.sum(axis=0) * frame_s >= _ALONE_S, alone, active)
        speakers = [k for k in range(active.shape[1]) if active[:, k].sum() * frame_s >= ACTIVE_S]
        vectors = np.zeros((active.shape[1], self._pipeline._embedding.dimension), np.float32)
        if speakers:
            weights = self._torch.from_numpy(masks[:, speakers].T.astype(np.float32))
            with _quiet():
                found = self._pipeline._embedding(sound.expand(len(speakers), 1, -1), masks=weights)
            for speaker, vector in zip(speakers, found, strict=True):
                if np.isfinite(vector).all():
                    vectors[speaker] = unit(vector.astype(np.float32))
        return vectors


def _load(folder: Path, device: str) -> tuple[Any, Any]:
    try:
        with _quiet():
            import torch
            from pyannote.audio import Pipeline
            from pyannote.audio.telemetry import set_telemetry_metrics
    except (ImportError, OSError, RuntimeError) as error:
        raise MissingError(
            f"pyannote.audio cannot be loaded ({type(error).__name__}: {error}).",
            "Install it with a torch of the same kind: pip install 'dragoman[diarization]'",
        ) from error
    set_telemetry_metrics(False)
    try:
        with _quiet():
            pipeline = Pipeline.from_pretrained(folder)
            place = "cuda" if torch.cuda.is_available() else "cpu"
            pipeline.to(torch.device(place if device == "auto" else device))
    except Exception as error:
        raise EngineError(
            f"The pipeline in {folder} cannot be loaded ({type(error).__name__}: {error}).",
            "Copy the whole repository again, or choose another diarizer.",
        ) from error
    return torch, pipeline


def _speech_s(turns: Sequence[Turn], label: str) -> float:
    return sum(turn.end_s - turn.start_s for turn in turns if turn.label == label)


@contextlib.contextmanager
def _quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
