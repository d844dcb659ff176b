"""Which characters a font file has glyphs for, read from its cmap table."""

import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

_LIMIT = 0x110000


@lru_cache(maxsize=64)
def coverage(path: Path, index: int = 0) -> npt.NDArray[np.bool_]:
    """One flag per code point. Raises ValueError if the file is no font that can be read."""
    with path.open("rb") as file:
        head = file.read(4096)
        start = struct.unpack_from(">I", head, 12 + 4 * index)[0] if head[:4] == b"ttcf" else 0
        file.seek(start)
        directory = file.read(12 + 16 * 64)
        tables = struct.unpack_from(">H", directory, 4)[0]
        for position in range(12, 12 + 16 * min(tables, 64), 16):
            tag, _, offset, length = struct.unpack_from(">4sIII", directory, position)
            if tag == b"cmap":
                file.seek(offset)
                return _read(file.read(length))
    raise ValueError(f"{path.name} has no character map")


def _read(table: bytes) -> npt.NDArray[np.bool_]:
    flags = np.zeros(_LIMIT, dtype=np.bool_)
    count = struct.unpack_from(">H", table, 2)[0]
    offsets = {struct.unpack_from(">I", table, 8 + 8 * i)[0] for i in range(count)}
    for offset in offsets:
        kind = struct.unpack_from(">H", table, offset)[0]
        if kind == 12:
            _groups(table, offset, flags)
        elif kind == 4:
            _segments(table, offset, flags)
    return flags


def _groups(table: bytes, offset: int, flags: npt.NDArray[np.bool_]) -> None:
    count = struct.unpack_from(">I", table, offset + 12)[0]
    for i in range(count):
        first, last, glyph = struct.unpack_from(">III", table, offset + 16 + 12 * i)
        if last < _LIMIT:
            flags[first + (glyph == 0) : last + 1] = True


def _segments(table: bytes, offset: int, flags: npt.NDArray[np.bool_]) -> None:
    double = struct.unpack_from(">H", table, offset + 6)[0]
    count = double // 2
    ends = struct.unpack_from(f">{count}H", table, offset + 14)
    starts = struct.unpack_from(f">{count}H", table, offset + 16 + double)
    deltas = struct.unpack_from(f">{count}H", table, offset + 16 + 2 * double)
    ranges_at = offset + 16 + 3 * double
    ranges = struct.unpack_from(f">{count}H", table, ranges_at)
    for i in range(count):
        if starts[i] == 0xFFFF:
            continue
        for code in range(starts[i], ends[i] + 1):
            if ranges[i] == 0:
                flags[code] = (code + deltas[i]) & 0xFFFF != 0
            else:
                at = ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i])
                flags[code] = at + 2 <= len(table) and struct.unpack_from(">H", table, at)[0] != 0
