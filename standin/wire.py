"""The binary messages of the data channels: hand-written protobuf."""

import gzip
from dataclasses import dataclass

IN_CALL, NOT_IN_CALL, REMOVED = 1, 6, 7
AUDIO = 1
_LONG = 128


def varint(value: int) -> bytes:
    """A number of 0 or more in protobuf's variable length."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """A varint field."""
    return varint(field << 3) + varint(value)


def block(field: int, value: bytes | str) -> bytes:
    """A length-delimited field: text, bytes or a message."""
    raw = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(raw)) + raw


@dataclass(frozen=True, slots=True)
class CaptionPacket:
    """One revision of one caption message."""

    device_id: str
    message_id: int
    version: int
    final: bool
    text: str
    language_id: str


def caption_body(packet: CaptionPacket) -> bytes:
    """The flat form of a caption message."""
    return b"".join(
        (
            block(1, packet.device_id),
            number(2, packet.message_id),
            number(3, packet.version),
            number(4, int(packet.final)),
            block(6, packet.text),
            block(8, packet.language_id),
        )
    )


def caption_message(packet: CaptionPacket) -> bytes:
    """A caption message as it is sent: flat, wrapped, or compressed, by its message id."""
    body = caption_body(packet)
    form = packet.message_id % 4
    if form == 0:
        return body
    if form == 2:
        return gzip.compress(body, mtime=0)
    if form == 3:
        packed = gzip.compress(body, mtime=0)
        if len(packed) >= _LONG:
            return block(1, packed)
    return block(1, body)


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person as the roster message shows them."""

    device_id: str
    name: str
    status: int
    stream_id: int
    """The contributing source (CSRC) of their sound; 0 for none."""
    is_self: bool = False
    is_host: bool = False
    muted: bool = False
    parent: str = ""
    """The device whose screen this one is."""


def roster_message(entries: tuple[RosterEntry, ...]) -> bytes:
    """The whole roster, compressed, as it is sent after each change."""
    body = b"".join(block(1, _user(entry)) for entry in entries)
    body += b"".join(block(2, _output(entry)) for entry in entries if entry.stream_id)
    return gzip.compress(body, mtime=0)


def _user(entry: RosterEntry) -> bytes:
    return b"".join(
        (
            block(1, entry.device_id),
            block(2, entry.name),
            number(4, entry.status),
            number(7, int(entry.is_self)),
            block(29, entry.name.split(" ")[0]),
            number(34, int(entry.is_host)),
            block(21, entry.parent) if entry.parent else b"",
        )
    )


def _output(entry: RosterEntry) -> bytes:
    return b"".join(
        (
            number(2, AUDIO),
            number(4, entry.stream_id),
            block(6, entry.device_id),
            block(10, number(1, int(entry.muted))),
        )
    )
