"""Each guard with the figures it stands for."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.speech import Word
from pipeline.asr.decoded import Decoded
from pipeline.asr.whisper_guards import (
    CONTEXT_TOKENS,
    GUARDS,
    PROMPT_TOKENS,
    generation_length,
    prompt_of,
    refusal,
    wanted_tokens,
)

GOOD = "We should talk about the budget for the next year."


def heard(
    text: str, *, language: str = "en", length_s: float = 0.0, sure: float = 0.9, **more: object
) -> Decoded:
    parts = text.split()
    length_s = length_s or 0.4 * len(parts)
    step_s = length_s / max(1, len(parts))
    words = tuple(Word(p, n * step_s, (n + 1) * step_s, sure) for n, p in enumerate(parts))
    return Decoded(words, language, length_s, **more)  # type: ignore[arg-type]


def test_plain_speech_is_believed() -> None:
    assert refusal(heard(GOOD, avg_logprob=-0.4, no_speech=0.3, prompt="Anna, Kubernetes.")) == ""
    assert refusal(heard("Yes.", avg_logprob=-0.6)) == ""
    assert refusal(heard("No no no no.")) == ""
    assert refusal(heard("Thank you.")) == ""
    assert refusal(heard("Thanks for watching the numbers so closely.")) == ""


@pytest.mark.parametrize(
    ("reason", "decoded"),
    [
        ("silence", heard(GOOD, no_speech=0.61, avg_logprob=-1.01)),
        ("silence", heard(GOOD, no_speech=0.91, avg_logprob=-0.2)),
        ("log-probability", heard(GOOD, no_speech=1e-10, avg_logprob=-1.01)),
        ("compression", heard("so the way it is and then " * 12)),
        ("repetition", heard("and so we " * 3)),
        ("repetition", heard("you " * 6)),
        ("pace", heard("one two three four five six seven eight nine ten", length_s=1.0)),
        ("pace", heard("今天我们讨论一下明年的预算和其他重要的事情", language="zh", length_s=1.0)),
        ("word times", replace(heard("uh oh ah", length_s=0.09, sure=0.1), length_s=2.0)),
        ("phrase", heard("Thanks for watching!")),
        ("phrase", heard("Untertitel der Amara.org-Community", language="de")),
        ("phrase", heard("ご視聴ありがとうございました", language="ja", length_s=3.0)),
        ("phrase", heard("ご 視 聴 あ り が と う ご ざ い ま し た", language="ja")),
        ("phrase", heard("[Music]")),
        ("phrase", heard("♪ ♪")),
        ("prompt", heard("Anna Berg, Kubernetes.", prompt="Anna Berg, Kubernetes, Oslo.")),
        ("script", heard("Доброе утро всем коллегам")),
    ],
)
def test_inventions_are_refused_with_their_reason(reason: str, decoded: Decoded) -> None:
    assert refusal(decoded) == reason


def test_figures_that_just_pass() -> None:
    assert refusal(heard(GOOD, no_speech=0.9, avg_logprob=-1.0)) == ""
    assert refusal(heard("and so we and so we go")) == ""
    assert refusal(replace(heard("uh oh ah", length_s=0.09), length_s=2.0)) == ""
    assert refusal(heard("Anna Berg", prompt="Anna Berg, Kubernetes.")) == ""


@given(
    st.text(max_size=200),
    st.sampled_from(["en", "ja", "ru", "xx"]),
    st.floats(0.01, 30),
    st.floats(-20, 0),
)
def test_any_text_gets_an_answer(text: str, language: str, length_s: float, logprob: float) -> None:
    decoded = heard(text, language=language, length_s=length_s, avg_logprob=logprob)
    reason = refusal(decoded)
    assert reason in ("", *GUARDS)
    assert reason or not decoded.words or logprob >= -1.0


@given(st.integers(1, 224), st.integers(3, 227))
def test_the_length_lets_as_many_tokens_be_written_as_are_wanted(wanted: int, prompt: int) -> None:
    length = generation_length(wanted, prompt)
    written = min(length // 2, length - prompt)
    assert length <= CONTEXT_TOKENS
    assert written == min(wanted, CONTEXT_TOKENS - prompt)


@given(st.floats(0, 40), st.floats(0, 40))
def test_longer_speech_may_have_more_tokens(one: float, other: float) -> None:
    short, long = sorted((one, other))
    assert 50 <= wanted_tokens(short) <= wanted_tokens(long) <= 224


@given(st.lists(st.text(max_size=30), max_size=100))
def test_a_prompt_never_grows_too_long(terms: list[str]) -> None:
    count: Callable[[str], int] = len
    assert count(prompt_of(tuple(terms), count)) <= PROMPT_TOKENS + 1


def test_a_prompt_holds_each_term_once() -> None:
    assert prompt_of(("Anna  Berg", "Oslo", "Anna Berg", ""), len) == "Anna Berg, Oslo."
    assert prompt_of((), len) == ""
