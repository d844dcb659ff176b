"""Stable words only grow, whatever the engine changes its mind about."""

from hypothesis import given
from hypothesis import strategies as st

from domain.speech import Hypothesis, Word
from pipeline.align import agreeing, covered, fold
from pipeline.stabilise import DraftRules, Stabiliser


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(t, i * 0.4, i * 0.4 + 0.35) for i, t in enumerate(text.split()))


def texts(some: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in some)


HYPOTHESES = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "dog", "Dog,", "it's"]), max_size=8).map(" ".join),
    max_size=10,
)


@given(HYPOTHESES, st.lists(st.integers(0, 8), min_size=10, max_size=10))
def test_the_stable_prefix_only_grows(hypotheses: list[str], vouched: list[int]) -> None:
    stabiliser = Stabiliser()
    before: tuple[Word, ...] = ()
    for text, count in zip(hypotheses, vouched, strict=False):
        shown, stable = stabiliser.update(Hypothesis(words(text), "en", stable=count))
        assert shown[: len(before)] == before
        assert stable >= len(before)
        before = shown[:stable]
    shown, stable = stabiliser.update(Hypothesis(words("a b c dog"), "en", final=True))
    assert shown[: len(before)] == before
    assert stable == len(shown)


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=12))
def test_an_engine_that_only_appends_ends_with_its_own_words(said: list[str]) -> None:
    stabiliser = Stabiliser()
    everything = words(" ".join(said))
    for count in range(len(everything) + 1):
        stabiliser.update(Hypothesis(everything[:count], "en"))
    shown, _ = stabiliser.update(Hypothesis(everything, "en", final=True))
    assert shown == everything


def test_two_agreeing_hypotheses_make_a_word_stable() -> None:
    stabiliser = Stabiliser()
    assert stabiliser.update(Hypothesis(words("so we wait"), "en"))[1] == 0
    shown, stable = stabiliser.update(Hypothesis(words("So, we went home"), "en"))
    assert stable == 2
    assert texts(shown) == "So, we went home"


def test_words_too_young_stay_drafts() -> None:
    stabiliser = Stabiliser()
    stabiliser.update(Hypothesis(words("a b c"), "en"))
    _, stable = stabiliser.update(Hypothesis(words("a b c"), "en"), until_s=0.8)
    assert stable == 2


def test_a_stable_word_stands_and_the_rest_follows_once() -> None:
    stabiliser = Stabiliser()
    for _ in range(2):
        stabiliser.update(Hypothesis(words("the first blind"), "en"))
    final = Hypothesis(words("the first point is new"), "en", final=True)
    shown, stable = stabiliser.update(final)
    assert texts(shown) == "the first blind is new"
    assert stable == 5


def test_an_inserted_word_doubles_nothing() -> None:
    stabiliser = Stabiliser()
    for _ in range(2):
        stabiliser.update(Hypothesis(words("we want talk"), "en"))
    final = Hypothesis(words("we want to talk about it"), "en", final=True)
    assert texts(stabiliser.update(final)[0]) == "we want talk about it"


def test_fold_is_blind_to_case_and_punctuation() -> None:
    assert fold("Hello,") == fold("hello")
    assert fold("…") == "…"
    assert agreeing(["A", "b."], ["a", "b", "c"]) == 2


def test_a_long_text_is_aligned_quickly_and_rightly() -> None:
    kept = [f"w{i}" for i in range(3000)]
    changed = ["x", *kept[1:], "new"]
    assert covered(kept, changed) == 3000


RULES = DraftRules(confirm=3, sure_after_s=0.6)


def shown_of(stabiliser: Stabiliser, text: str, newest_s: float, until_s: float = 0.0) -> str:
    return texts(stabiliser.update(Hypothesis(words(text), "en"), until_s, newest_s)[0])


def test_a_draft_is_shown_once_three_hypotheses_say_it() -> None:
    stabiliser = Stabiliser(RULES)
    assert shown_of(stabiliser, "so we", 0.8) == ""
    assert shown_of(stabiliser, "so we wait", 0.9) == ""
    assert shown_of(stabiliser, "So, we went", 0.9) == "So, we"


def test_a_draft_is_shown_once_enough_sound_follows_it() -> None:
    stabiliser = Stabiliser(RULES)
    assert shown_of(stabiliser, "so we wait", 1.4) == "so we"
    assert shown_of(stabiliser, "no we wait", 1.4) == "no we"


def test_a_word_that_the_engine_vouches_for_is_shown_at_once() -> None:
    stabiliser = Stabiliser(RULES)
    shown, stable = stabiliser.update(Hypothesis(words("so we wait"), "en", stable=2), 9.0, 1.2)
    assert (texts(shown), stable) == ("so we", 2)


@given(HYPOTHESES, st.integers(1, 4), st.floats(0, 2))
def test_what_is_shown_is_the_stable_words_and_a_start_of_the_rest(
    hypotheses: list[str], confirm: int, sure_after_s: float
) -> None:
    hidden = Stabiliser(DraftRules(confirm, sure_after_s))
    open_ = Stabiliser()
    for index, text in enumerate(hypotheses):
        hypothesis = Hypothesis(words(text), "en")
        newest_s = index * 0.5
        shown, stable = hidden.update(hypothesis, newest_s - 0.4, newest_s)
        everything, same = open_.update(hypothesis, newest_s - 0.4, newest_s)
        assert stable == same, "hiding drafts changes nothing that is stable"
        assert everything[: len(shown)] == shown
        assert len(shown) >= stable
