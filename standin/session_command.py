"""Reads the command that starts captions over the media-session channel."""

from dataclasses import dataclass

from standin.wire import block, number

_VARINT, _BLOCK = 0, 2


@dataclass(frozen=True, slots=True)
class CaptionCommand:
    """A wish for captions in a language."""

    op: int
    language: str


def caption_command(message: bytes) -> CaptionCommand | None:
    """The command in a message; None where it is something else or broken."""
    try:
        packet = _one(_one(message, 1), 2)
        op = _fields(packet).get(1, [0])[0]
        captions = _one(_one(_one(_one(packet, 3), 1), 9), 1)
        return CaptionCommand(int(op), captions.decode()) if isinstance(op, int) else None
    except (ValueError, IndexError):
        return None


def acknowledgement(op: int) -> bytes:
    """The answer to a command."""
    return block(1, block(1, number(2, op) + number(3, 1)))


def _one(message: bytes, field: int) -> bytes:
    values = _fields(message).get(field, [])
    if not values or not isinstance(values[0], bytes):
        raise ValueError(f"field {field} is missing")
    return values[0]


def _fields(message: bytes) -> dict[int, list[int | bytes]]:
    found: dict[int, list[int | bytes]] = {}
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        value, position = _varint(message, position)
        if key & 7 == _VARINT:
            found.setdefault(key >> 3, []).append(value)
        elif key & 7 == _BLOCK and position + value <= len(message):
            found.setdefault(key >> 3, []).append(message[position : position + value])
            position += value
        else:
            raise ValueError("not a message")
    return found


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
