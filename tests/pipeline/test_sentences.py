# ruff: noqa: SIM905, E501

from hypothesis import given
from hypothesis import strategies as st

from domain.speech import Word
from pipeline.sentences import SentenceRules, Splitter

RULES = SentenceRules()


def spoken(text: str, pauses: dict[int, float] | None = None) -> list[Word]:
    words, at = [], 0.0
    for index, token in enumerate(text.split()):
        at += (pauses or {}).get(index, 0.05)
        words.append(Word(token, at, at + 0.2))
        at += 0.2
    return words


def cut(words: list[Word], language: str = "en", *, punctuated: bool = True) -> list[str]:
    splitter = Splitter(language, punctuated=punctuated, rules=RULES)
    spans = [*splitter.feed(words), *splitter.finish()]
    return [" ".join(w.text for w in words[s.start : s.end]) for s in spans]


def test_punctuation_ends_a_sentence_but_abbreviations_and_decimals_do_not() -> None:
    text = "Dr. Smith paid 3.5 million. He lives in the U.S. now. See e.g. J. Doe! Really?"
    assert cut(spoken(text)) == [
        "Dr. Smith paid 3.5 million.",
        "He lives in the U.S. now.",
        "See e.g. J. Doe!",
        "Really?",
    ]


def test_an_ambiguous_abbreviation_ends_before_a_capital() -> None:
    assert cut(spoken("We meet at 5 p.m. Then we go.")) == ["We meet at 5 p.m.", "Then we go."]


def test_german_ordinals_do_not_end_a_sentence() -> None:
    assert cut(spoken("Am 3. Mai kommen wir."), "de") == ["Am 3. Mai kommen wir."]


def test_a_pause_ends_an_unpunctuated_sentence() -> None:
    words = spoken("hello everybody let us begin", {2: 0.9})
    assert cut(words, punctuated=False) == ["hello everybody", "let us begin"]
    assert len(cut(words, punctuated=True)) == 1


def test_cjk_ends_at_its_own_marks() -> None:
    words = spoken("今日は 晴れ です。 行き ましょう！")
    assert cut(words, "ja") == ["今日は 晴れ です。", "行き ましょう！"]


def test_long_speech_is_cut_at_a_good_place() -> None:
    text = " ".join(["word"] * 18) + " because " + " ".join(["word"] * 20)
    first, second = cut(spoken(text), punctuated=False)
    assert len(first.split()) == 18
    assert second.startswith("because")


texts = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "a",
                "the",
                "Dr.",
                "3.5",
                "U.S.",
                "end.",
                "what?",
                "ok,",
                "行。",
                "and",
                "is",
                "so",
                "Yes!",
                "etc.",
                "x",
            ]
        ),
        st.sampled_from([0.0, 0.1, 0.4, 0.8, 2.5]),
    ),
    max_size=120,
)


@given(
    texts,
    st.lists(st.integers(0, 7), max_size=60),
    st.booleans(),
    st.sampled_from(["en", "ja", "de"]),
)
def test_no_word_is_lost_or_doubled_in_any_chunking(
    drawn: list[tuple[str, float]], sizes: list[int], punctuated: bool, language: str
) -> None:
    words, at = [], 0.0
    for text, pause in drawn:
        words.append(Word(text, at + pause, at + pause + 0.2))
        at += pause + 0.2
    whole = Splitter(language, punctuated=punctuated, rules=RULES)
    expected = [*whole.feed(words), *whole.finish()]
    parts = Splitter(language, punctuated=punctuated, rules=RULES)
    spans, at_word = [], 0
    for size in [*sizes, len(words)]:
        spans += parts.feed(words[at_word : at_word + size])
        at_word += size
    spans += parts.finish()
    assert spans == expected
    assert [i for s in spans for i in range(s.start, s.end)] == list(range(len(words)))
    if language != "ja":
        assert all(0 < s.end - s.start <= RULES.hard_words + 4 for s in spans)
