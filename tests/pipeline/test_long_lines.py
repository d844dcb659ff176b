"""A speaker who goes on for very long: what is done for a word does not grow with the line."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.hints import CaptionHint
from domain.speakers import Turn
from domain.speech import SpokenUpdate, Word
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import LATE_CHARS, CaptionLines, Line
from pipeline.fusion import piece_of
from pipeline.language_guess import guess
from pipeline.people import People
from pipeline.word_speakers import Scene, WordSpeakers

WORDS = "the of and budget team plan we should really think about next quarter delivery".split()
STEP_S = 0.35


def steps(work: Callable[[], Any]) -> int:
    """How many lines of Python are run."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


class Talk:
    """One line that grows word by word."""

    def __init__(self, language: str = "en") -> None:
        self.lines = CaptionLines()
        self.text: list[str] = []
        self.now_s = 0.0
        self.language = language

    def say(self, text: str) -> CaptionHint:
        self.now_s += STEP_S
        self.text.append(text)
        gap = "" if self.language == "ja" else " "
        return CaptionHint(
            "l", "p1", "Ana", gap.join(self.text), len(self.text), False, self.language, self.now_s
        )

    def take(self, text: str) -> Line:
        line = self.lines.take(self.say(text), "p1")
        assert line
        return line

    def grow(self, chars: int) -> Line:
        line = self.take("so")
        while line.length < chars:
            line = self.take(f"{WORDS[len(self.text) % len(WORDS)]}{len(self.text) % 97}")
        return line


def newest(talk: Talk) -> SpokenUpdate:
    """What was heard of the last twelve words."""
    begin_s = talk.now_s - 12 * STEP_S - 1.0
    words = tuple(
        Word(text, begin_s + i * STEP_S, begin_s + (i + 1) * STEP_S)
        for i, text in enumerate(talk.text[-12:])
    )
    end_s = words[-1].end_s
    return SpokenUpdate("u", "p1", "Ana", "en", words, 12, True, begin_s, end_s, "x")


def costs(chars: int) -> dict[str, int]:
    talk = Talk()
    line = talk.grow(chars)
    said = newest(talk)
    people = People()
    attribution = Attribution(people, talk.lines, CaptionLag())
    speakers = WordSpeakers(people, talk.lines, attribution.voices)
    hint = talk.say("quarter")
    return {
        "take": steps(lambda: talk.lines.take(hint, "p1")),
        "piece": steps(lambda: piece_of(said, line, 0, 1.0)),
        "split": steps(lambda: speakers.split(said, 0, Scene("mix", (), 1.0))),
        "who": steps(lambda: attribution.who("mix", said.start_s, said.end_s, said.words)),
        "guess": steps(lambda: guess(hint.text)),
    }


def test_a_word_in_a_line_of_20_000_characters_costs_what_it_costs_in_a_short_one() -> None:
    short, long = costs(LATE_CHARS + 400), costs(19_800)
    assert {name: count for name, count in long.items() if count > 1.5 * short[name]} == {}


def test_all_words_of_a_long_line_are_there_once_with_the_times_of_their_arrival() -> None:
    talk = Talk()
    line = talk.grow(9_000)
    assert [token.text for token in line.tokens] == talk.text
    assert [token.first_s for token in line.tokens] == sorted({t.first_s for t in line.tokens})
    assert sum(len(token.text) + 1 for token in line.late) <= LATE_CHARS + 600
    said = newest(talk)
    piece = piece_of(said, line, 0, 1.0)
    assert piece
    assert piece.first == len(line.tokens) - 12
    assert [token.text for token in piece.tokens] == talk.text[-12:]


def test_what_is_corrected_far_back_stays_and_what_follows_is_neither_lost_nor_doubled() -> None:
    talk = Talk()
    line = talk.grow(6_000)
    first_s = [token.first_s for token in line.tokens]
    talk.text[20] = "a-much-longer-word-than-before"
    line = talk.take("end")
    assert line.tokens[20].text != talk.text[20]
    assert [t.text for t in line.late] == talk.text[line.settled :]
    assert [t.first_s for t in line.tokens[:-1]] == first_s
    talk.text[line.settled - 1] = "budgets"
    line = talk.take("indeed")
    assert [t.text for t in line.tokens[-100:]] == talk.text[-100:]
    assert abs(len(line.tokens) - len(talk.text)) <= 1


def test_text_without_spaces_is_settled_too() -> None:
    talk = Talk("ja")
    for _ in range(600):
        line = talk.take("予算は小さい。")
    assert "".join(token.text for token in line.tokens) == "".join(talk.text)
    assert len(line.late) <= LATE_CHARS + 600


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 60), min_size=40, max_size=80), st.data())
def test_late_corrections_are_taken(steps_: list[int], data: st.DataObject) -> None:
    talk = Talk()
    for step in steps_:
        talk.text += WORDS[: step % 13]
        line = talk.take(WORDS[step % len(WORDS)])
        back = data.draw(st.integers(1, min(len(talk.text), 100)))
        talk.text[-back] = "corrected"
    line = talk.take("end")
    assert [token.text for token in line.tokens] == talk.text


def test_the_language_of_a_long_text_is_that_of_its_end() -> None:
    german = "wir haben das nicht und ich sie auf dem Tisch für die Leute"
    assert guess("the and you that it is " * 400 + (german + " ") * 8) == "de"
    assert guess("日本語です" + " and the plan is that we have it for you" * 40) == "en"


def test_naming_eight_voices_takes_little() -> None:
    lines = CaptionLines()
    attribution = Attribution(People(), lines, CaptionLag())
    now_s = 0.0
    for turn in range(70):
        who, begin_s, said, text = turn * 5 % 8, now_s, [], []
        for index in range(20):
            now_s += STEP_S
            text.append(WORDS[(turn + index) % len(WORDS)])
            said.append(Word(text[-1], now_s - 1.3, now_s - 1.0))
            hint = CaptionHint(f"l{turn}", f"p{who}", "", " ".join(text), index, False, "en", now_s)
            lines.take(hint, f"p{who}")
        attribution.voices.take("mix", [Turn(f"voice {who}", begin_s - 1.0, now_s - 1.0)])
        attribution.voices.hear(
            "mix",
            SpokenUpdate(
                str(turn), "", "", "en", tuple(said), 20, True, begin_s - 1.0, now_s - 1.0, "x"
            ),
        )
    attribution.correlate(now_s)
    named = [attribution.voices.named("mix", f"voice {who}") for who in range(8)]
    assert [each.participant_id for each in named if each] == [f"p{who}" for who in range(8)]
    count = steps(lambda: attribution.correlate(now_s + 1.0))
    assert count < 60_000
