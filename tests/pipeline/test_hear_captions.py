"""Meet's captions as words, over streams that grow and are corrected as Meet does it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.hints import CaptionHint
from domain.speech import SpokenUpdate, Word
from pipeline.asr.meet_captions import CaptionWords
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines


def hint(
    text: str,
    at_s: float,
    *,
    version: int = 0,
    line: str = "l1",
    person: str = "p1",
    language: str = "es",
) -> CaptionHint:
    source = "region" if line.startswith("region") else "channel"
    return CaptionHint(line, person, "Ana", text, version, False, language, at_s, source)


class Stage:
    def __init__(self) -> None:
        self.lines = CaptionLines()
        self.words = CaptionWords()
        self.updates: list[SpokenUpdate] = []

    def say(self, caption: CaptionHint, late_s: float = 0.0) -> None:
        line = self.lines.take(caption, caption.participant_id)
        if line:
            self.updates += self.words.update(line, 1.0, caption.at_s + late_s)

    def wait(self, until_s: float) -> None:
        for line in self.words.open_lines():
            self.updates += self.words.update(line, 1.0, until_s)

    def text(self) -> str:
        last = {update.utterance_id: update for update in self.updates}
        assert all(update.final for update in last.values())
        return " ".join(word.text for update in last.values() for word in update.words)


def check(updates: list[SpokenUpdate]) -> None:
    last: dict[str, SpokenUpdate] = {}
    for update in updates:
        before = last.get(update.utterance_id)
        if before:
            assert not before.final
            assert update.words[: before.stable] == before.words[: before.stable]
        last[update.utterance_id] = update
        starts = [word.start_s for word in update.words]
        assert starts == sorted(starts)


@st.composite
def revisions(draw: st.DrawFn) -> list[tuple[str, float]]:
    """A text that grows word by word; corrections touch only its last two words."""
    said = draw(st.lists(st.sampled_from(["hola", "a", "todos", "bien", "no"]), min_size=1))
    stream, at_s, done = [], 1.0, 0
    while done < len(said):
        done = min(len(said), done + draw(st.integers(1, 3)))
        shown = said[:done]
        if draw(st.booleans()):
            guess = [*shown[:-1], draw(st.sampled_from(["otra", "Hola,", "bien."]))]
            stream.append((" ".join(guess), at_s))
            at_s += 0.33
        stream.append((" ".join(shown), at_s))
        at_s += draw(st.sampled_from([0.2, 0.33, 0.5]))
    return stream


@settings(max_examples=150)
@given(revisions())
def test_the_final_text_is_the_last_revision(stream: list[tuple[str, float]]) -> None:
    stage = Stage()
    for version, (text, at_s) in enumerate(stream):
        stage.say(hint(text, at_s, version=version))
    stage.wait(stream[-1][1] + 3.0)
    check(stage.updates)
    assert stage.text() == stream[-1][0]


@given(st.lists(st.text("abc .,", min_size=1, max_size=40), min_size=1, max_size=12))
def test_whatever_meet_does_stable_words_stand(texts: list[str]) -> None:
    stage = Stage()
    for version, text in enumerate(texts):
        stage.say(hint(text, 1.0 + version * 0.4, version=version))
    stage.wait(100.0)
    check(stage.updates)


def test_a_line_goes_on_after_a_rest_as_a_new_utterance() -> None:
    stage = Stage()
    stage.say(hint("Hola a todos.", 1.0))
    stage.wait(4.0)
    stage.say(hint("Hola a todos. Empezamos ahora.", 6.0, version=1))
    stage.wait(9.0)
    finals = [u for u in stage.updates if u.final]
    assert [" ".join(w.text for w in u.words) for u in finals] == [
        "Hola a todos.",
        "Empezamos ahora.",
    ]


def test_punctuation_withdrawn_before_it_is_stable() -> None:
    stage = Stage()
    for version, text in enumerate(["es genial.", "es genial para", "es genial para mí."]):
        stage.say(hint(text, 1.0 + version * 0.4, version=version))
    stage.wait(5.0)
    assert stage.text() == "es genial para mí."


def test_a_text_that_drops_is_a_new_line() -> None:
    stage = Stage()
    long = " ".join(f"palabra{i}" for i in range(40)) + "."
    stage.say(hint(long, 1.0))
    stage.wait(4.0)
    stage.say(hint("otra cosa", 5.0, version=1))
    stage.wait(8.0)
    assert stage.text() == f"{long} otra cosa"


def test_a_line_used_for_another_person_is_a_new_line() -> None:
    stage = Stage()
    stage.say(hint("hola", 1.0))
    stage.say(hint("buenas", 1.5, person="p2"))
    stage.wait(5.0)
    assert [u.participant_id for u in stage.updates if u.final] == ["p1", "p2"]


def test_the_page_and_the_channel_tell_one_line_once() -> None:
    stage = Stage()
    stage.say(hint("hola a", 1.0, line="region-1"))
    stage.say(hint("hola a todos", 1.3, line="channel-1"))
    stage.say(hint("hola a todos", 1.4, line="region-1", version=1))
    stage.wait(5.0)
    assert stage.text() == "hola a todos"


def test_long_talk_is_cut_at_sentence_ends() -> None:
    stage = Stage()
    said: list[str] = []
    for index in range(90):
        said.append(f"voz{index}" + ("." if index % 9 == 8 else ""))
        stage.say(hint(" ".join(said), 1.0 + index * 0.3, version=index))
    stage.wait(60.0)
    check(stage.updates)
    assert stage.text() == " ".join(said)
    finals = [u for u in stage.updates if u.final]
    assert len(finals) >= 3
    assert all(u.words[-1].text.endswith(".") for u in finals)


def test_a_line_whose_revisions_are_taken_late_stays_whole_and_in_order() -> None:
    stage = Stage()
    said = "this is what a busy machine takes from the page four seconds late".split()
    for index in range(1, len(said) + 1):
        stage.say(hint(" ".join(said[:index]), 1.0 + index * 0.3, version=index), late_s=4.0)
        stage.wait(5.1 + index * 0.3)
    stage.wait(20.0)
    check(stage.updates)
    assert [u.words[-1].text for u in stage.updates if u.final] == ["late"]


def test_words_that_arrive_together_after_a_rest_come_after_those_before() -> None:
    stage = Stage()
    stage.say(hint("we start", 1.0))
    stage.wait(3.6)
    burst = "we start with a plan for the whole of the year and the one after"
    stage.say(hint(burst, 4.0, version=1))
    stage.wait(15.0)
    finals = [u for u in stage.updates if u.final]
    assert [u.words[0].text for u in finals] == ["we", "with"]
    assert finals[1].start_s >= finals[0].end_s


def test_chinese_comes_character_by_character() -> None:
    stage = Stage()
    stage.say(hint("我们今天", 1.0, language="zh"))
    stage.say(hint("我们今天开会。", 1.4, language="zh", version=1))
    stage.wait(5.0)
    final = stage.updates[-1]
    assert "".join(word.text for word in final.words) == "我们今天开会。"


def test_the_lag_is_learnt_from_words_in_both() -> None:
    lines, lag = CaptionLines(), CaptionLag()
    said = [
        "good",
        "morning",
        "everybody",
        "and",
        "thank",
        "you",
        "for",
        "joining",
        "this",
        "meeting",
        "today",
        "we",
        "begin",
    ]
    words = tuple(Word(text, i * 0.4, i * 0.4 + 0.4) for i, text in enumerate(said))
    line = None
    for index, word in enumerate(words):
        line = lines.take(
            hint(" ".join(said[: index + 1]), word.end_s + 1.7, version=index, language="en"), "p1"
        )
    assert line
    lag.compare(words, [line])
    assert lag.settled
    assert abs(lag.lag_s - 1.7) < 0.05


def test_captions_that_were_late_for_a_while_are_not_taken_for_late_for_ever() -> None:
    lag = CaptionLag()

    def arrive(at_s: float, late_s: float) -> None:
        line = lines.take(
            CaptionHint(f"l{at_s}", "p1", "", "announcement", 0, False, "en", at_s + late_s), "p1"
        )
        assert line is not None
        lag.compare([Word("announcement", at_s - 0.5, at_s)], [line])

    lines = CaptionLines()
    for number in range(60):
        arrive(number * 2.0, 4.0)
    assert lag.lag_s == pytest.approx(4.0)
    for number in range(60, 100):
        arrive(number * 2.0, 0.8)
    assert lag.lag_s == pytest.approx(0.8)
    for number in range(5):
        arrive(400.0 + number * 2.0, 2.0)
    assert lag.lag_s == pytest.approx(0.8), "few new words tell little"
