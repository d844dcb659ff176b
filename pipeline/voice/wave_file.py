"""The sound out of a WAV file, also of one whose sizes are not filled in."""

import struct

from domain.errors import EngineError

_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")


def read_wave(data: bytes) -> tuple[bytes, int]:
    """PCM16 mono and its rate. Raises EngineError for anything else."""
    if len(data) < _RIFF.size or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise EngineError("The voice gave no sound.")
    at, rate = _RIFF.size, 0
    while at + _CHUNK.size <= len(data):
        name, size = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = _FORMAT.unpack_from(data, at)
            if (kind, channels, bits) != (1, 1, 16):
                raise EngineError("The voice gave sound of another form than 16-bit mono.")
        elif name == b"data":
            if not rate:
                break
            sound = data[at : at + size]
            return sound[: len(sound) // 2 * 2], rate
        at += size + size % 2
    raise EngineError("The voice gave no sound.")
