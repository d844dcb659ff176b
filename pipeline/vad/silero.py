"""Silero's voice activity network on onnxruntime, from the file inside faster-whisper's wheel."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.audio import SAMPLE_RATE
from domain.errors import MissingError

_CONTEXT_SAMPLES = 64
_REMEDY = "Install it: pip install faster-whisper onnxruntime"


def model_path() -> Path:
    """Where the network lies; nothing heavy is imported. Raises MissingError."""
    spec = find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        found = sorted((Path(folder) / "assets").glob("silero_vad*.onnx"))
        if found:
            return found[-1]
    raise MissingError("The Silero voice activity model was not found.", _REMEDY)


@cache
def _session() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingError("Silero needs the Python package onnxruntime.", _REMEDY) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(model_path()), sess_options=options, providers=["CPUExecutionProvider"]
    )


class SileroVad:
    """The network with the memory of one track; the weights are shared by all tracks."""

    def __init__(self) -> None:
        self._session = _session()
        inputs = {item.name: item.shape for item in self._session.get_inputs()}
        self._recurrent = [name for name in inputs if name not in ("input", "sr")]
        self._shapes = {
            name: [side if isinstance(side, int) else 1 for side in inputs[name]]
            for name in self._recurrent
        }
        self._context: NDArray[np.float32]
        self._state: dict[str, NDArray[np.float32]]
        self._rate = {"sr": np.array(SAMPLE_RATE, dtype=np.int64)} if "sr" in inputs else {}
        self.reset()

    def probability(self, pcm: bytes) -> float:
        """Speech probability 0..1 of the next 512 samples (32 ms, 16 kHz PCM16)."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
        window = np.concatenate((self._context, samples))
        self._context = samples[-_CONTEXT_SAMPLES:]
        output, *state = self._session.run(
            None, {"input": window[None, :], **self._rate, **self._state}
        )
        self._state = dict(zip(self._recurrent, state, strict=True))
        return float(np.asarray(output).reshape(-1)[0])

    def reset(self) -> None:
        """Forgets what was heard."""
        self._context = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)
        self._state = {
            name: np.zeros(shape, dtype=np.float32) for name, shape in self._shapes.items()
        }
