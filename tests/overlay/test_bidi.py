"""The visual order of mixed lines."""

from hypothesis import given
from hypothesis import strategies as st

from overlay.bidi import first_strong_rtl, levels, visual


def order(text: str, *, rtl: bool) -> str:
    """The text as it stands from left to right, letter by letter."""
    return "".join(char for _, char in visual(list(zip(levels(text, rtl=rtl), text, strict=True))))


def test_latin_and_numbers_inside_hebrew_keep_their_order() -> None:
    assert order("אב abc 12 גד", rtl=True) == "דג abc 12 בא"


def test_hebrew_inside_latin() -> None:
    assert order("say אבג now", rtl=False) == "say גבא now"


def test_the_full_stop_ends_the_line_on_the_left() -> None:
    assert order("אבג.", rtl=True) == ".גבא"


def test_a_time_of_day_stays_together() -> None:
    assert order("אב 14:30 ג", rtl=True) == "ג 14:30 בא"


def test_first_letter_tells_the_direction() -> None:
    assert first_strong_rtl("12 שלום")
    assert not first_strong_rtl("12 hello שלום")
    assert not first_strong_rtl("")


@given(st.text(max_size=40), st.booleans())
def test_nothing_is_lost(text: str, rtl: bool) -> None:
    assert sorted(order(text, rtl=rtl)) == sorted(text)
