"""Meet's own word on the browser is read from a reply, whatever the reply is."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.meet_word import detected_as_bot

MakeField = Callable[[int, int | bytes | str], bytes]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("value", [0, 1, 2])
def test_the_field_is_found(field: MakeField, nested: bool, value: int) -> None:
    said = field(36, value)
    message = field(1, "spaces/x/devices/1") + (field(2, said) if nested else said)
    assert detected_as_bot(base64.b64encode(message)) == value
    assert detected_as_bot(base64.b64encode(message).rstrip(b"=")) == value
    assert detected_as_bot(message) == value


def test_a_reply_that_says_nothing(field: MakeField) -> None:
    assert detected_as_bot(base64.b64encode(field(1, "spaces/x"))) is None
    assert detected_as_bot(b"") is None


@given(st.binary(max_size=200))
def test_no_reply_breaks_it(body: bytes) -> None:
    found = detected_as_bot(body)
    assert found is None or found >= 0
