"""The binary messages, read back by the smallest possible reader."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standin.session_command import acknowledgement, caption_command
from standin.wire import (
    IN_CALL,
    CaptionPacket,
    RosterEntry,
    block,
    caption_body,
    caption_message,
    number,
    roster_message,
    varint,
)


def fields(message: bytes) -> list[tuple[int, int | bytes]]:
    found: list[tuple[int, int | bytes]] = []
    at = 0

    def take() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key, value = take(), take()
        if key & 7 == 2:
            found.append((key >> 3, message[at : at + value]))
            at += value
        else:
            assert key & 7 == 0
            found.append((key >> 3, value))
    return found


@pytest.mark.parametrize(
    ("value", "raw"), [(0, "00"), (1, "01"), (300, "ac02"), (2**32, "8080808010")]
)
def test_varint(value: int, raw: str) -> None:
    assert varint(value).hex() == raw


@given(st.text(max_size=300), st.integers(0, 2**32), st.integers(0, 10_000), st.booleans())
def test_every_envelope_holds_the_same_message(
    text: str, message_id: int, version: int, final: bool
) -> None:
    packet = CaptionPacket("spaces/x/devices/1", message_id, version, final, text, "en-US")
    message = caption_message(packet)
    if message[:2] == b"\x1f\x8b":
        message = gzip.decompress(message)
    elif fields(message)[0][1][:7] != b"spaces/":  # type: ignore[index]
        inner = fields(message)[0][1]
        assert isinstance(inner, bytes)
        message = inner
        if message[:2] == b"\x1f\x8b":
            assert caption_message(packet)[3:5] == b"\x1f\x8b"
            message = gzip.decompress(message)
    assert message == caption_body(packet)
    assert fields(message) == [
        (1, b"spaces/x/devices/1"),
        (2, message_id),
        (3, version),
        (4, int(final)),
        (6, text.encode()),
        (8, b"en-US"),
    ]


def test_the_roster_names_people_and_their_streams() -> None:
    entry = RosterEntry("spaces/x/devices/1", "Ann Lee", IN_CALL, 77, is_host=True)
    user, output = fields(gzip.decompress(roster_message((entry,))))
    assert isinstance(user[1], bytes)
    assert isinstance(output[1], bytes)
    assert (user[0], output[0]) == (1, 2)
    assert (2, b"Ann Lee") in fields(user[1])
    assert (34, 1) in fields(user[1])
    assert (4, 77) in fields(output[1])


def test_the_caption_command_is_understood() -> None:
    language = block(1, block(9, block(1, "es-ES") + block(2, "es-ES")))
    mask = block(2, block(1, "client_config.caption_config"))
    command = caption_command(block(1, block(2, number(1, 5) + block(3, language + mask))))
    assert command is not None
    assert (command.op, command.language) == (5, "es-ES")
    assert fields(acknowledgement(5)) == [(1, block(1, number(2, 5) + number(3, 1)))]


@given(st.binary(max_size=60))
def test_broken_commands_are_no_commands(message: bytes) -> None:
    caption_command(message)
