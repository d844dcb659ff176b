"""Reads protobuf messages without a schema; hostile input gives WireError, nothing else."""

import gzip
import io
import zlib
from dataclasses import dataclass

MAX_FIELDS = 20_000
MAX_UNPACKED = 4 * 1024 * 1024


class WireError(ValueError):
    """The bytes are no protobuf message."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: a number for varint and fixed types, bytes otherwise."""

    number: int
    value: int | bytes


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at a position, and the position behind it. Raises WireError."""
    value = 0
    for count in range(10):
        if at >= len(data):
            raise WireError("a number is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise WireError("a number is too long")


def read_fields(data: bytes) -> list[Field]:
    """All fields of a message in order. Raises WireError."""
    fields: list[Field] = []
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key >> 3 == 0 or len(fields) >= MAX_FIELDS:
            raise WireError("no field number, or too many fields")
        value, at = _read_value(data, at, key & 7)
        fields.append(Field(key >> 3, value))
    return fields


def _read_value(data: bytes, at: int, kind: int) -> tuple[int | bytes, int]:
    if kind == 0:
        return read_varint(data, at)
    if kind == 2:
        size, at = read_varint(data, at)
    elif kind in (1, 5):
        size = 8 if kind == 1 else 4
    else:
        raise WireError("an unknown wire type")
    end = at + size
    if end > len(data):
        raise WireError("a field is cut off")
    raw = data[at:end]
    return (raw if kind == 2 else int.from_bytes(raw, "little")), end


class Message:
    """Fields by number, the last one of a number winning."""

    def __init__(self, data: bytes) -> None:
        self.fields = read_fields(data)
        self._last = {field.number: field.value for field in self.fields}

    def number(self, field: int, default: int = 0) -> int:
        """A varint field."""
        value = self._last.get(field)
        return value if isinstance(value, int) else default

    def raw(self, field: int) -> bytes | None:
        """A length-delimited field."""
        value = self._last.get(field)
        return value if isinstance(value, bytes) else None

    def text(self, field: int) -> str | None:
        """A text field; None where it is absent or no UTF-8."""
        raw = self.raw(field)
        try:
            return None if raw is None else raw.decode()
        except UnicodeDecodeError:
            return None

    def all(self, field: int) -> list[bytes]:
        """Every length-delimited field of a number, in order."""
        return [f.value for f in self.fields if f.number == field and isinstance(f.value, bytes)]


def unpack(data: bytes) -> bytes:
    """Data without its gzip or zlib packing, if it has one. Raises WireError."""
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                plain = packed.read(MAX_UNPACKED + 1)
        elif data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2]) % 31 == 0:
            plain = zlib.decompressobj().decompress(data, MAX_UNPACKED + 1)
        else:
            return data
    except (OSError, EOFError, zlib.error) as error:
        raise WireError("broken packing") from error
    if len(plain) > MAX_UNPACKED:
        raise WireError("more than is allowed when unpacked")
    return plain
