"""Lines out of a region whose blocks are made anew, used again, cut off and put right."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.region_lines import Block, RegionLines, rest

LONG = "word " * 100


def message(*blocks: tuple[int, str, str], present: list[int] | None = None) -> dict[str, Any]:
    return {
        "blocks": [{"number": n, "name": name, "text": text} for n, name, text in blocks],
        "present": [n for n, _, _ in blocks] if present is None else present,
    }


class Region:
    """A region's lines, each as last told."""

    def __init__(self) -> None:
        self.lines = RegionLines()
        self.told: dict[str, tuple[str, str]] = {}
        self.finals: list[str] = []

    def show(self, at_s: float, *blocks: tuple[int, str, str]) -> None:
        self._take(self.lines.read(message(*blocks), at_s))

    def wait(self, at_s: float) -> None:
        self._take(self.lines.settle(at_s))

    def _take(self, blocks: Any) -> None:
        for block in blocks:
            assert isinstance(block, Block)
            self.told[block.line_id] = (block.name, block.words)
            if block.final:
                self.finals.append(block.line_id)

    @property
    def said(self) -> list[tuple[str, str]]:
        return list(self.told.values())


def test_a_region_that_is_built_again_goes_on_with_the_same_lines() -> None:
    region = Region()
    region.show(0.0, (1, "Anna", "Good morning"), (2, "Ben", "Hello"))
    region.show(1.0, (3, "Anna", "Good morning"), (4, "Ben", "Hello there"))
    assert region.said == [("Anna", "Good morning"), ("Ben", "Hello there")]


def test_a_region_built_again_does_not_take_other_words_for_the_same_line() -> None:
    region = Region()
    region.show(0.0, (1, "Anna", "Good morning"))
    region.show(1.0, (2, "Anna", "Something else"))
    assert region.said == [("Anna", "Good morning"), ("Anna", "Something else")]
    assert region.finals == ["region/1"]


def test_a_correction_of_an_older_block_comes_through_until_it_is_settled() -> None:
    region = Region()
    region.show(0.0, (1, "Anna", "We need a new plant"))
    region.show(2.0, (1, "Anna", "We need a new plant"), (2, "Ben", "Yes"))
    region.show(4.0, (1, "Anna", "We need a new plan"), (2, "Ben", "Yes"))
    region.wait(10.0)
    region.show(11.0, (1, "Anna", "We need a new flan"), (2, "Ben", "Yes"))
    assert region.said == [("Anna", "We need a new plan"), ("Ben", "Yes")]
    assert region.finals == ["region/1"]


def test_a_settled_block_that_grows_is_a_new_line_with_the_new_words_only() -> None:
    region = Region()
    region.show(0.0, (1, "Anna", "One two"), (2, "Ben", "Yes"))
    region.wait(6.0)
    region.show(7.0, (1, "Anna", "One two three"), (2, "Ben", "Yes"))
    region.show(7.3, (1, "Anna", "One two three four"), (2, "Ben", "Yes"))
    assert region.said == [("Anna", "One two"), ("Ben", "Yes"), ("Anna", "three four")]


def test_a_text_that_starts_over_is_a_new_line_and_the_old_one_is_final() -> None:
    region = Region()
    region.show(0.0, (1, "Anna", LONG))
    region.show(1.0, (1, "Anna", "Fresh"))
    assert region.said == [("Anna", LONG.strip()), ("Anna", "Fresh")]
    assert region.finals == ["region/1"]


def test_a_block_used_for_another_sentence_of_the_same_person_is_a_new_line() -> None:
    for settled in (False, True):
        for steps in (("nEHT", "Then let us begin"), ("Then let us begin with the first",)):
            region = Region()
            region.show(
                0.0, (1, "Anna", "Good morning everyone, the plan is ready."), (2, "B", "x")
            )
            region.wait(6.0 if settled else 1.0)
            for n, text in enumerate(steps):
                region.show(7.0 + n, (2, "B", "x"), (1, "Anna", text))
            assert region.said[-1] == ("Anna", steps[-1])
            assert region.said[0] == ("Anna", "Good morning everyone, the plan is ready.")
            assert len(region.said) == 3


def test_corrections_stay_in_their_line_however_deep() -> None:
    revisions = (
        "nEHT",
        "Then let us beg in",
        "Then, let us begin with the 1st point of to day",
        "and then let us begin with the first point of today",
    )
    region = Region()
    for n, text in enumerate(revisions):
        region.show(0.3 * n, (1, "Anna", text))
    assert region.said == [("Anna", revisions[-1])]


def test_what_another_source_told_is_not_told_again() -> None:
    region = Region()
    list(region.lines.read(message((1, "Anna", "Well. One two"), (2, "Ben", "Yes")), 0.0))
    region.lines.tell(lambda block: "One two" if block.name == "Anna" else "")
    region.show(1.0, (1, "Anna", "Well. One two three"), (2, "Ben", "Yes, but"))
    region.show(1.3, (1, "Anna", "Well. One, two three four"), (2, "Ben", "Yes, but"))
    assert region.said == [("Anna", "three four"), ("Ben", "Yes, but")]


def test_a_region_ahead_of_the_other_source_tells_what_that_had_not() -> None:
    region = Region()
    list(region.lines.read(message((1, "Anna", "One two three four")), 0.0))
    region.lines.tell(lambda _: "One two")
    region.show(1.0, (1, "Anna", "One two three four five"))
    assert region.said == [("Anna", "three four five")]


@given(st.text("ab c", max_size=12), st.text("ab c", max_size=12))
def test_the_rest_of_a_grown_text_is_what_was_added(told: str, more: str) -> None:
    assert rest(told, told + more) == more.lstrip()


def test_the_rest_behind_a_corrected_beginning_begins_with_a_whole_word() -> None:
    assert rest("two plus to", "2 plus 2 is four") == "four"
    assert rest("こんにちわ", "こんにちは元気") == "元気"
    assert rest("Good day", "Good") == ""
