"""Captions grow, take words back within a reach, and end in the truth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standin.alignment import spread
from standin.gibberish import gibberish
from standin.revisions import DEEP_REWRITE, MAX_REWRITE, Manner, revisions, rewritten

WORD = st.text("abcdefghijklmnopqrstuvwxyzáñ", min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=40)


@given(WORDS, st.floats(0.5, 20), st.booleans())
def test_the_last_revision_is_the_text(words: list[str], length: float, corrections: bool) -> None:
    text = " ".join(words).capitalize() + "."
    plan = revisions(spread(text, length), lag_s=0.6, corrections=corrections)
    assert plan[-1].text == text
    assert plan[-1].final
    assert not any(revision.final for revision in plan[:-1])
    assert plan[-2].text == text


@given(WORDS, st.floats(0.5, 20))
def test_times_rise_and_rewrites_stay_in_reach(words: list[str], length: float) -> None:
    plan = revisions(spread(" ".join(words), length), lag_s=0.6, corrections=True)
    for before, after in zip(plan, plan[1:], strict=False):
        assert before.at_s < after.at_s
        assert rewritten(before.text, after.text) <= MAX_REWRITE
    assert plan[0].at_s >= 0.6


@given(WORDS)
def test_without_corrections_words_only_grow(words: list[str]) -> None:
    plan = revisions(spread(" ".join(words), 5.0), lag_s=0.6, corrections=False)
    assert all(rewritten(a.text, b.text) == 0 for a, b in zip(plan, plan[1:], strict=False))


def test_corrections_do_happen() -> None:
    text = "We agreed that the team would send the new plan to all customers on Friday morning."
    plan = revisions(spread(text, 6.0), lag_s=0.6, corrections=True)
    assert sum(rewritten(a.text, b.text) > 0 for a, b in zip(plan, plan[1:], strict=False)) >= 3


def test_the_wrong_language_gives_other_words_at_the_same_moments() -> None:
    words = spread("Wir beginnen am Montag", 2.0)
    wrong = gibberish(words, "en-US")
    assert [w.end_s for w in wrong] == [w.end_s for w in words]
    assert not {w.text for w in wrong} & {w.text for w in words}
    assert wrong == gibberish(words, "en-US")


def test_deep_corrections_reach_farther_back_and_still_end_in_the_truth() -> None:
    text = " ".join(f"word{n} and" for n in range(40))
    plan = revisions(spread(text, 20.0), lag_s=0.6, corrections=True, manner=Manner(deep=True))
    reached = [rewritten(a.text, b.text) for a, b in zip(plan, plan[1:], strict=False)]
    assert MAX_REWRITE < max(reached) <= DEEP_REWRITE
    assert plan[-1].text == text


def test_a_replaced_first_guess_shares_nothing_with_what_follows() -> None:
    words = spread("Good morning everyone", 2.0)
    plan = revisions(words, lag_s=0.6, corrections=False, manner=Manner(replaced=True))
    assert plan[0].text == "DOOg"
    assert plan[0].at_s < plan[1].at_s
    assert plan[1].text.startswith("Good")


def test_a_late_correction_comes_three_seconds_after_the_words() -> None:
    words = spread("Good morning everyone", 2.0)
    plan = revisions(words, lag_s=0.6, corrections=False, manner=Manner(late=True))
    wrong, right, final = plan[-3:]
    assert wrong.text == "Good morning enoyreve"
    assert right.at_s - wrong.at_s == pytest.approx(3.0)
    assert right.text == final.text == "Good morning everyone"
