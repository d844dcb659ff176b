"""Our words and Meet's captions of the same speech in one line, both kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.captions import Caption
from domain.clock import FakeClock
from domain.hints import CaptionHint, LoudnessHint, RosterHint
from domain.people import Participant
from domain.speech import OtherWords, SpokenUpdate, Word
from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.caption_lines import CaptionLines
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.fusion import agreement, other_words, piece_of, shared_out
from pipeline.hearing import HearingSettings
from pipeline.translation.chain import TranslatorChain

Tone = Callable[[float], bytes]
words = st.sampled_from(["we", "you", "talk", "now", "money", "time", "go"])
texts = st.lists(words, max_size=12)


def script(start_s: float, text: str) -> tuple[Word, ...]:
    return tuple(
        Word(t, start_s + i * 0.4, start_s + i * 0.4 + 0.35) for i, t in enumerate(text.split())
    )


def update(words: tuple[Word, ...]) -> SpokenUpdate:
    return SpokenUpdate(
        "u", "p1", "Ana", "en", words, len(words), True,
        words[0].start_s, words[-1].end_s, "scripted",
    )  # fmt: skip


def growing(words: tuple[Word, ...], lag_s: float) -> list[CaptionHint]:
    return [
        CaptionHint(
            "l", "p1", "", " ".join(w.text for w in words[: n + 1]), n, False, "en",
            word.end_s + lag_s,
        )
        for n, word in enumerate(words)
    ]  # fmt: skip


@given(texts, texts)
def test_agreement_is_a_share_and_fair(one: list[str], other: list[str]) -> None:
    share = agreement(one, other)
    assert 0.0 <= share <= 1.0
    assert share == agreement(other, one)
    assert (share == 1.0) == (one == other)


@given(st.lists(texts, min_size=1, max_size=4), texts)
def test_every_other_word_goes_to_one_sentence(sentences: list[list[str]], said: list[str]) -> None:
    whole = OtherWords("meet-captions", " ".join(said), 0.5)
    parts = shared_out(whole, sentences, "en")
    assert len(parts) == len(sentences)
    assert " ".join(part.text for part in parts if part) == whole.text


def test_sentences_get_their_own_words() -> None:
    whole = OtherWords("meet-captions", "Good mourning all. We start now.", 0.8)
    parts = shared_out(whole, [["Good", "morning", "all."], ["We", "start", "now."]], "en")
    assert [part.text for part in parts if part] == ["Good mourning all.", "We start now."]
    assert [part.agreement for part in parts if part] == [pytest.approx(0.667, abs=0.001), 1.0]


@pytest.mark.parametrize("lag_s", [0.5, 1.5, 2.8])
def test_a_line_over_two_utterances_is_divided_once(lag_s: float) -> None:
    first, second = script(1.0, "the budget is too small"), script(4.0, "we talk about it now")
    theirs = script(1.0, "the budgets is too small") + script(4.0, "we talk of it now")
    lines = CaptionLines()
    line = None
    for hint in growing(theirs, lag_s):
        line = lines.take(hint, "p1")
    assert line
    one = piece_of(update(first), line, 0, lag_s)
    assert one
    two = piece_of(update(second), line, one.first + len(one.tokens), lag_s)
    assert two
    assert [t.text for t in one.tokens] == ["the", "budgets", "is", "too", "small"]
    assert [t.text for t in two.tokens] == ["we", "talk", "of", "it", "now"]
    other = other_words(update(first), [one])
    assert other
    assert other.agreement == pytest.approx(0.8)
    assert other.age_s == pytest.approx(lag_s, abs=0.01)


async def test_the_other_source_comes_with_a_later_update(room, tone: Tone) -> None:
    ours, theirs = script(1.0, "the budget is two small"), script(1.0, "the budget is too small")
    room.say("a", 0.0, bytes(32000) + tone(2.0))
    room.hint(RosterHint((Participant("p1", "Ana"),), 0.0))
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    for hint in growing(theirs, 1.2):
        room.hint(hint)
    settings = HearingSettings(vad="scripted", languages=("en",))
    heard = await room.run(ScriptedRecognizer({"a": ours}), settings, 9.0)
    finals = [u for u in heard.updates if u.final]
    assert [u.utterance_id for u in finals] == [finals[0].utterance_id] * 2
    assert finals[0].other is None
    assert heard.text() == "the budget is two small"
    other = finals[1].other
    assert other
    assert (other.engine, other.text) == ("meet-captions", "the budget is too small")
    assert other.agreement == pytest.approx(0.8)


async def test_without_captions_there_is_no_other_source(room, tone: Tone) -> None:
    ours = script(1.0, "the budget is too small")
    room.say("a", 0.0, bytes(32000) + tone(2.0))
    room.hint(RosterHint((Participant("p1", "Ana"),), 0.0))
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    settings = HearingSettings(vad="scripted", languages=("en",))
    heard = await room.run(ScriptedRecognizer({"a": ours}), settings, 12.0)
    assert [u.other for u in heard.updates if u.final] == [None]


class Shown:
    """Keeps the newest revision of every caption."""

    def __init__(self) -> None:
        self.captions: dict[str, Caption] = {}

    async def show(self, caption: Caption) -> None:
        self.captions[caption.id] = caption


async def test_captions_carry_the_second_source_sentence_by_sentence() -> None:
    clock, shown = FakeClock(), Shown()
    desk = TranslationDesk(TranslatorChain([], clock), clock, notify=lambda _: None)
    said = script(1.0, "Good morning all. We start now.")
    final = replace(update(said), punctuated=True)
    async with Captioner(
        CaptionSettings("m"), clock, desk=desk, sinks=[shown], notify=lambda _: None
    ) as captioner:
        await captioner.take(final)
        other = OtherWords("meet-captions", "Good mourning all. We start now.", 0.83, 0.9, 1.2)
        await captioner.take(replace(final, other=other))
    first, second = sorted(shown.captions.values(), key=lambda c: c.start_s)
    assert (first.text, second.text) == ("Good morning all.", "We start now.")
    assert first.other
    assert second.other
    assert (first.other.text, second.other.text) == ("Good mourning all.", "We start now.")
    assert first.final
    assert second.other.age_s == 1.2
