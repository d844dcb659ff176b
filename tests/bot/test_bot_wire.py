"""Meet's binary messages: every envelope, and whatever else somebody may send."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import CaptionPacket, read_captions, read_roster
from bot.protobuf import WireError, unpack
from bot.protocol import ProtocolError, parse_binary, parse_text

Write = Callable[[int, int | bytes | str], bytes]
DEVICE = "spaces/room/devices/7"


@pytest.fixture
def body(field: Write) -> bytes:
    return b"".join(
        [field(1, "@" + DEVICE), field(2, 3), field(3, 12), field(4, 1), field(6, "¿Qué tal?"),
         field(8, "es-ES"), field(99, "something new"), field(100, 1)]
    )  # fmt: skip


@pytest.mark.parametrize(
    "form", ["flat", "wrapped", "gzip", "wrapped gzip", "zlib", "gzip wrapped"]
)
def test_captions_in_every_envelope(field: Write, body: bytes, form: str) -> None:
    payload = {
        "flat": body,
        "wrapped": field(1, body),
        "gzip": gzip.compress(body),
        "wrapped gzip": field(1, gzip.compress(body)),
        "zlib": zlib.compress(body),
        "gzip wrapped": gzip.compress(field(1, body)),
    }[form]
    assert read_captions(payload) == [CaptionPacket(DEVICE, 3, 12, True, "¿Qué tal?", "es-ES")]


def test_several_captions_in_one_message(field: Write, body: bytes) -> None:
    other = body.replace(b"devices/7", b"devices/8")
    devices = [packet.device_id for packet in read_captions(field(1, body) + field(1, other))]
    assert devices == [DEVICE, "spaces/room/devices/8"]


def test_the_roster_is_found_at_any_depth(field: Write) -> None:
    user = field(1, DEVICE) + field(2, "Ana Lucía") + field(4, 1) + field(7, 1) + field(34, 0)
    gone = field(1, "spaces/room/devices/8") + field(2, "Ben") + field(4, 6)
    output = field(2, 1) + field(4, 3_000_000_000) + field(6, DEVICE) + field(10, field(1, 0))
    deep = field(5, field(2, field(1, user) + field(1, gone)) + field(3, output))
    news = read_roster(gzip.compress(deep))
    assert [(p.name, p.present, p.is_self) for p in news.people] == [
        ("Ana Lucía", True, True),
        ("Ben", False, False),
    ]
    assert news.streams == {3_000_000_000: DEVICE}


@given(st.binary(max_size=400))
def test_noise_gives_nothing_or_a_wire_error(noise: bytes) -> None:
    for read in (read_captions, read_roster):
        try:
            read(noise)
        except WireError:
            continue


def test_a_bomb_is_refused() -> None:
    with pytest.raises(WireError):
        unpack(gzip.compress(bytes(50_000_000)))


def test_endless_wrapping_is_refused(field: Write) -> None:
    payload = b""
    for _ in range(500):
        payload = field(1, payload)
    with pytest.raises(WireError):
        read_captions(payload)


@given(st.binary(max_size=80))
def test_broken_page_messages_are_protocol_errors(noise: bytes) -> None:
    for parse, data in ((parse_binary, noise), (parse_text, noise.decode("latin-1"))):
        try:
            parse(data)
        except ProtocolError:
            continue


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": 3}', "[" * 100_000])
def test_text_without_a_type_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        parse_text(text)
