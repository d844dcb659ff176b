"""The messages between the bot and its own page."""

import json
import struct
from dataclasses import dataclass
from typing import Any

from domain.pictures import PictureUpdate, Rectangle, crop_i420

VERSION = 1
FORMAT = "s16le"
CHANNELS = 1
AUDIO = 1
CHANNEL = 2
PICTURE = 3
SPEECH = 4
SPEECH_RATE = 48_000

_HEAD = struct.Struct("<BBHId")
_BLOCK = struct.Struct("<III")
_PICTURE = struct.Struct("<BBHI")
_AREA = struct.Struct("<HHHH")
_SPEECH = struct.Struct("<BBHI")


class ProtocolError(ValueError):
    """The page sent what it should not."""


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """A block of one track's sound."""

    number: int
    track: int
    sequence: int
    page_ms: float
    """When its last sample was read."""
    rate: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message of one of Meet's data channels."""

    number: int
    label: str
    page_ms: float
    payload: bytes


def parse_binary(data: bytes) -> AudioBlock | ChannelMessage:
    """A binary message of the page. Raises ProtocolError."""
    if len(data) < _HEAD.size:
        raise ProtocolError("a message is too short")
    kind, version, tag, number, page_ms = _HEAD.unpack_from(data)
    if version != VERSION:
        raise ProtocolError(f"version {version} instead of {VERSION}")
    body = data[_HEAD.size :]
    if kind == AUDIO and len(body) >= _BLOCK.size:
        sequence, rate, count = _BLOCK.unpack_from(body)
        pcm = body[_BLOCK.size :]
        if len(pcm) != count * 2:
            raise ProtocolError("an audio block has another length than it says")
        return AudioBlock(number, tag, sequence, page_ms, rate, pcm)
    if kind == CHANNEL and len(body) >= tag:
        label = body[:tag].decode(errors="replace")
        return ChannelMessage(number, label, page_ms, body[tag:])
    raise ProtocolError(f"an unknown or broken message of kind {kind}")


def parse_text(data: str) -> dict[str, Any]:
    """A JSON message of the page: an object with a `type`. Raises ProtocolError."""
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("no JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError("no message type")
    return message


def picture_message(update: PictureUpdate, areas: tuple[Rectangle, ...]) -> bytes:
    """Areas of a picture as the page's camera wants them."""
    parts = [_PICTURE.pack(PICTURE, VERSION, len(areas), update.number & 0xFFFF_FFFF)]
    for area in areas:
        parts.append(_AREA.pack(area.x, area.y, area.width, area.height))
        parts.append(crop_i420(update, area))
    return b"".join(parts)


def speech_message(number: int, pcm: bytes, *, first: bool, last: bool) -> bytes:
    """A piece of speech (mono at SPEECH_RATE) as the page's microphone wants it."""
    flags = (1 if first else 0) | (2 if last else 0)
    return _SPEECH.pack(SPEECH, VERSION, flags, number & 0xFFFF_FFFF) + pcm
