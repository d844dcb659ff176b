"""Voices by an ONNX speaker model, such as ECAPA, CAM++ or ResNet34 of WeSpeaker or 3D-Speaker."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import EngineError, MissingError
from pipeline.diarization.spectra import Floats, log_mel
from pipeline.diarization.vectors import Rules, unit

BANDS = 80
_LEAST_FRAMES = 50
_REMEDY = (
    "Give an ONNX file that takes 80 mel bands as (batch, frames, 80) and gives one vector, "
    "such as those of WeSpeaker or 3D-Speaker."
)


class OnnxVectors:
    """Kaldi-style mel bands without their mean over time go in, the model's vector comes out.

    Loading blocks. Raises MissingError where the file is not there, EngineError where it is no
    such model.
    """

    rules = Rules(assign=0.65, update=0.45, split=0.6, new_s=1.0, recognise=0.7)

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise MissingError(f"There is no speaker model {path}.", _REMEDY)
        self._session = _load(path)
        self._input = self._session.get_inputs()[0].name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        self.name = f"onnx-{path.stem}-{digest}"
        self.size = len(self._run(np.zeros((200, BANDS), dtype=np.float32), path))

    def vector(self, samples: Floats) -> Floats | None:
        """Of unit length; None under half a second."""
        bands = log_mel(samples, BANDS)
        if len(bands) < _LEAST_FRAMES:
            return None
        return unit(self._run(bands - bands.mean(axis=0)))

    def _run(self, bands: Floats, path: Path | None = None) -> Floats:
        try:
            found = self._session.run(None, {self._input: bands[None]})[-1]
        except Exception as error:
            what = f" {path}" if path else ""
            raise EngineError(f"The speaker model{what} refuses 80 mel bands.", _REMEDY) from error
        vector = np.asarray(found, dtype=np.float32)
        if vector.size != vector.shape[-1] or vector.size < 2:
            raise EngineError(f"The speaker model gives {vector.shape}, not one vector.", _REMEDY)
        return vector.reshape(-1)


def _load(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingError(
            "A speaker model needs the Python package onnxruntime.", "pip install onnxruntime"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise EngineError(f"{path} is no ONNX model that can be read.", _REMEDY) from error
