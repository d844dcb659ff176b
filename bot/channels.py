"""Meet's data channels decoded: captions and the roster."""

from dataclasses import dataclass

from bot.protobuf import Message, WireError, unpack

_DEPTH = 6
_PRESENT = 1
_AUDIO = 1


@dataclass(frozen=True, slots=True)
class CaptionPacket:
    """One revision of a caption as the channel carries it."""

    device_id: str
    message_id: int
    version: int
    final: bool
    text: str
    language_id: str


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """A device in the roster."""

    device_id: str
    name: str
    present: bool
    is_self: bool
    is_host: bool = False
    parent: str = ""
    """The device whose screen this one shows."""


@dataclass(frozen=True, slots=True)
class RosterNews:
    """What one roster message says; CSRC -> device id in `streams`."""

    people: tuple[RosterPerson, ...]
    streams: dict[int, str]


def device(text: str | None) -> str | None:
    """A device id in its one form, or None where it is none."""
    if text is None:
        return None
    bare = text.removeprefix("@")
    return bare if bare.startswith("spaces/") and "/devices/" in bare and len(bare) < 200 else None


def read_captions(payload: bytes) -> list[CaptionPacket]:
    """The caption revisions in a message of the captions channel. Raises WireError."""
    return _captions(payload, _DEPTH)


def _captions(payload: bytes, depth: int) -> list[CaptionPacket]:
    if depth == 0:
        raise WireError("wrapped too often")
    message = Message(unpack(payload))
    device_id = device(message.text(1))
    if device_id is None:
        return [packet for inner in message.all(1) for packet in _captions(inner, depth - 1)]
    text = message.text(6)
    if text is None:
        return []
    return [
        CaptionPacket(
            device_id,
            message.number(2),
            message.number(3),
            bool(message.number(4)),
            text,
            message.text(8) or "",
        )
    ]


def read_roster(payload: bytes) -> RosterNews:
    """People and streams anywhere in a message of the collections channel.

    Raises WireError where the message itself cannot be read; parts of it that are no
    messages are passed over.
    """
    people: list[RosterPerson] = []
    streams: dict[int, str] = {}
    _search(Message(unpack(payload)), people, streams, _DEPTH)
    return RosterNews(tuple(people), streams)


def _search(
    message: Message, people: list[RosterPerson], streams: dict[int, str], depth: int
) -> None:
    person, stream = _person(message), _stream(message)
    if person:
        people.append(person)
        return
    if stream:
        streams[stream[0]] = stream[1]
        return
    if depth == 0:
        return
    for field in message.fields:
        if isinstance(field.value, bytes) and len(field.value) > 2:
            try:
                inner = Message(field.value)
            except WireError:
                continue
            _search(inner, people, streams, depth - 1)


def _person(message: Message) -> RosterPerson | None:
    device_id, name = device(message.text(1)), message.text(2) or message.text(29)
    status = message.number(4)
    if device_id is None or name is None or status == 0:
        return None
    return RosterPerson(
        device_id,
        name,
        status == _PRESENT,
        is_self=bool(message.number(7)),
        is_host=bool(message.number(34)),
        parent=device(message.text(21)) or "",
    )


def _stream(message: Message) -> tuple[int, str] | None:
    device_id, source = device(message.text(6)), message.number(4)
    if device_id is None or source == 0 or message.number(2) != _AUDIO:
        return None
    return source, device_id
