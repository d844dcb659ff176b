"""Builders that the bot's unit tests share."""

from collections.abc import Callable

import pytest

from bot.protocol import AudioBlock

MakeBlock = Callable[..., AudioBlock]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


@pytest.fixture
def field() -> Callable[[int, int | bytes | str], bytes]:
    """Writes one protobuf field."""
    return _field


@pytest.fixture
def make_block() -> MakeBlock:
    """A 10 ms block of silence at 48 kHz, unless told otherwise."""

    def make(sequence: int, page_ms: float = 0.0, pcm: bytes = bytes(960)) -> AudioBlock:
        return AudioBlock(sequence + 1, 0, sequence, page_ms, 48_000, pcm)

    return make
