# ruff: noqa: E501

import pytest
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


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["He said no.", "See no. 5 on Fig. 3, p. 12.", "It costs 3.50 dollars."]),
        ("en", ["Wait... what was it?", "I see...", "Then we go."]),
        ("es", ["El Sr. Gómez y la Dra. Ruiz llegan.", "¿Vienen Uds. en EE.UU. mañana?", "Sí."]),
        ("es", ["Pagamos 3,5 millones, p.ej. hoy.", "¡Bien!"]),
        ("fr", ["M. Dupont et Mme. Leroy parlent.", "C'est l'art. 3.", "Oui."]),
        ("de", ["Hr. Meyer kommt z.B. am 3. Mai bzw. am 4. Juni.", "Das kostet ca. 5 Euro."]),
        ("it", ["Il sig. Rossi e il dott. Bianchi.", "Pane, latte ecc.", "Va bene."]),
        ("pt", ["O Sr. Silva e a Dra. Costa.", "Veja a pág. 7.", "Está bem?"]),
        ("ru", ["Это г. Иванов, т.е. наш директор.", "Цены и т.д.", "Хорошо."]),
        ("ko", ["안녕하세요.", "오늘은 3.5도입니다.", "좋아요?"]),
        ("ar", ["كيف حالك؟", "أنا بخير، شكرا.", "مع د. أحمد!"]),
        ("hi", ["यह डॉ. शर्मा हैं।", "आप कैसे हैं?", "ठीक है।"]),
        ("zh", ["今天 是 三点五 度。", "你 好 吗？", "很 好！"]),
        ("ja", ["「行き ます。」", "3.5 度 です。", "OK!"]),
    ],
)
def test_sentences_of_many_languages(language: str, sentences: list[str]) -> None:
    assert cut(spoken(" ".join(sentences)), language) == sentences


@pytest.mark.parametrize(
    ("language", "least", "most"), [("zh", 32, 56), ("ja", 32, 56), ("th", 64, 112)]
)
def test_scripts_without_spaces_are_cut_by_characters(language: str, least: int, most: int) -> None:
    letter = {"zh": "中", "ja": "あ", "th": "ก"}[language]
    pieces = cut(spoken(" ".join([letter * 2] * 200)), language)
    sizes = [sum(char == letter for char in piece) for piece in pieces]
    assert sum(sizes) == 400
    assert all(least <= size <= most for size in sizes[:-1])


def test_thai_falls_apart_at_pauses() -> None:
    words = spoken("สวัสดี ครับ วันนี้ อากาศ ดี", {2: 0.9})
    assert cut(words, "th", punctuated=False) == ["สวัสดี ครับ", "วันนี้ อากาศ ดี"]


def test_the_language_may_change_on_the_way() -> None:
    splitter = Splitter("en", punctuated=True, rules=RULES)
    first = splitter.feed(spoken("Hello there."))
    splitter.speak("ja")
    second = splitter.feed(spoken("今日は 晴れ です。 OK"))
    assert [(s.start, s.end) for s in [*first, *second, *splitter.finish()]] == [
        (0, 2), (2, 5), (5, 6),
    ]  # fmt: skip


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
                "...",
                "no.",
                "5",
                "।",
                "؟",
                "",
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
    st.sampled_from(["en", "ja", "de", "th", "ru", "hi", "ar"]),
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
    if language not in ("ja", "th"):
        assert all(0 < s.end - s.start <= RULES.hard_words + 4 for s in spans)
