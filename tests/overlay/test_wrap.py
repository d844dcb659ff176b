"""Where lines break."""

from hypothesis import given
from hypothesis import strategies as st

from overlay.wrap import units, wrap

ANY = st.text(alphabet="ab c-日本、。「」ーกเาอ่ x\u0301", max_size=80)


def test_words_stay_whole() -> None:
    assert wrap("the quick brown fox", 10, len) == ("the quick ", "brown fox")


def test_a_word_that_is_too_long_breaks_inside() -> None:
    assert wrap("a " + "x" * 12, 5, len) == ("a xxx", "xxxxx", "xxxx")


def test_the_first_line_leaves_room() -> None:
    assert wrap("one two three", 8, len, lead=4) == ("one ", "two ", "three")


def test_kinsoku_keeps_marks_with_their_words() -> None:
    lines = wrap("今日は、「明日」です。", 4, len)
    assert all(line[0] not in "、。」" and line[-1] not in "「" for line in lines)
    assert "".join(lines) == "今日は、「明日」です。"


def test_thai_breaks_before_leading_vowels_and_never_inside_a_cluster() -> None:
    assert list(units("เราควรเจอกัน")) == ["เราควร", "เจอกัน"]
    lines = wrap("ที่นี่ดีมากครับ", 3, len)
    assert all(line[0] not in "ี่้าะำ" for line in lines)


def test_a_break_stays_though_a_shorter_word_would_fit_now() -> None:
    kept = wrap("aaaa bbbb cc", 9, len, before=("aaaa ", "bbbbbbb cc"))
    assert kept == ("aaaa ", "bbbb cc")


@given(ANY, st.integers(3, 20))
def test_lines_are_the_text(text: str, width: int) -> None:
    assert "".join(wrap(text, width, len)) == text
    assert "".join(units(text)) == text


@given(ANY, ANY, st.integers(3, 20))
def test_growing_text_keeps_its_full_lines(text: str, more: str, width: int) -> None:
    before = wrap(text, width, len)
    now = wrap(text + more, width, len, before=before)
    if before:
        assert now[: len(before) - 1] == before[:-1]


@given(ANY, ANY, st.integers(4, 20))
def test_any_history_gives_a_valid_result(old: str, new: str, width: int) -> None:
    assert "".join(wrap(new, width, len, before=wrap(old, width, len))) == new
