"""The listener with a diarizer: names for voices, rooms, splits, late names, failures."""

from collections.abc import Callable, Sequence

import pytest

from domain.engines import EngineInfo, Health
from domain.errors import EngineError
from domain.hints import CaptionHint, LoudnessHint, RosterHint, TileHint
from domain.people import Participant
from domain.ports import DiarizationStream
from domain.speakers import Turn, Voiceprint
from domain.speech import Word
from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.diarization.scripted import ScriptedDiarizer
from pipeline.hearing import HearingSettings

Tone = Callable[[float], bytes]
ROSTER = RosterHint((Participant("p1", "Ana"), Participant("p2", "Ben")), 0.0)
SETTINGS = HearingSettings(engine="scripted", vad="scripted")


def script(start_s: float, text: str, step_s: float = 0.4) -> list[Word]:
    return [
        Word(t, start_s + i * step_s, start_s + (i + 1) * step_s - 0.05)
        for i, t in enumerate(text.split())
    ]


def turns(*spans: tuple[str, float, float]) -> list[Turn]:
    """Second by second, as they come while somebody speaks."""
    pieces = []
    for label, start_s, end_s in spans:
        while start_s < end_s:
            pieces.append(Turn(label, start_s, min(end_s, start_s + 0.5)))
            start_s += 0.5
    return pieces


def say(room, tone: Tone, words: Sequence[Word], track: str = "mix") -> None:
    start_s, end_s = words[0].start_s, words[-1].end_s
    room.say(track, start_s, tone(end_s - start_s))


def captions(room, words: Sequence[Word], person: str, lag_s: float = 1.0) -> None:
    for count, word in enumerate(words, start=1):
        text = " ".join(each.text for each in words[:count])
        hint = CaptionHint(
            f"{person}-{words[0].start_s}", person, "", text, count, False, "en", word.end_s + lag_s
        )
        room.hint(hint)


@pytest.fixture
def meeting(room, tone: Tone):
    """Ana and Ben take turns on the mix; captions name them at first only."""
    said = {
        "p1": [script(1.0, "good morning everybody and thank you"), script(13.0, "back to me now")],
        "p2": [script(6.0, "the budget is too small again"), script(18.0, "yes we will see then")],
    }
    room.say("mix", 0.0, bytes(32000))
    for person, parts in said.items():
        for words in parts:
            say(room, tone, words)
        captions(room, parts[0], person)
    room.hint(ROSTER)
    return said


TRUE = turns(("x", 1.0, 3.4), ("y", 6.0, 8.4), ("x", 13.0, 14.6), ("y", 18.0, 20.0))


async def test_voices_keep_their_names_where_captions_are_missing(room, meeting) -> None:
    words = sorted(
        (w for parts in meeting.values() for p in parts for w in p), key=lambda w: w.start_s
    )
    recognizer = ScriptedRecognizer({"mix": words})
    heard = await room.run(recognizer, SETTINGS, 25.0, ScriptedDiarizer({"mix": TRUE}))
    assert heard.text("p1") == "good morning everybody and thank you back to me now"
    assert heard.text("p2") == "the budget is too small again yes we will see then"
    assert all(u.doubt < 0.9 for u in heard.finals)


async def test_a_voice_that_nothing_names_stays_unknown(room, tone: Tone) -> None:
    words = script(1.0, "who am I then")
    say(room, tone, words)
    room.hint(ROSTER)
    diarizer = ScriptedDiarizer({"mix": turns(("x", 1.0, 2.6))})
    heard = await room.run(ScriptedRecognizer({"mix": words}), SETTINGS, 7.0, diarizer)
    assert [(u.participant_id, u.speaker, u.doubt) for u in heard.finals] == [("", "", 1.0)]


async def test_the_name_comes_later_where_it_is_learnt_later(room, tone: Tone) -> None:
    first, second = script(1.0, "who am I then"), script(9.0, "it is me again and still here")
    for words in (first, second):
        say(room, tone, words)
    room.hint(ROSTER)
    captions(room, second, "p2")
    diarizer = ScriptedDiarizer({"mix": turns(("x", 1.0, 2.6), ("x", 9.0, 11.8))})
    recognizer = ScriptedRecognizer({"mix": [*first, *second]})
    heard = await room.run(recognizer, SETTINGS, 18.0, diarizer)
    named = [u for u in heard.updates if u.final and u.words and u.words[0].text == "who"]
    assert [u.speaker for u in named if not u.other] == ["", "Ben"]
    assert heard.text("p2") == "who am I then it is me again and still here"


async def test_a_change_without_a_pause_splits_the_words(room, tone: Tone) -> None:
    before = [
        script(1.0, "good morning everybody and thanks"),
        script(5.0, "the budget is too small"),
    ]
    first = script(10.0, "this is what ana says")
    second = script(12.0, "and now ben is talking")
    for words in (*before, [*first, *second]):
        say(room, tone, words)
    room.hint(ROSTER)
    for words, person in zip(before, ("p1", "p2"), strict=True):
        captions(room, words, person)
    spans = [("x", 1.0, 3.0), ("y", 5.0, 7.0), ("x", 10.0, 12.0), ("y", 12.0, 14.0)]
    diarizer = ScriptedDiarizer({"mix": turns(*spans)})
    recognizer = ScriptedRecognizer({"mix": [*before[0], *before[1], *first, *second]})
    heard = await room.run(recognizer, SETTINGS, 20.0, diarizer)
    assert heard.text("p1").endswith("this is what ana says")
    assert heard.text("p2").endswith("and now ben is talking")


async def test_people_of_one_room_are_numbered(room, tone: Tone) -> None:
    words, spans = [], []
    for number in range(8):
        start_s = 1.0 + number * 5.0
        words += script(start_s, "one two three four five six seven eight nine ten")
        spans.append(("ab"[number % 2], start_s, start_s + 4.0))
    room.say("t", 0.0, bytes(32000) + tone(40.0))
    room.hint(ROSTER)
    for tenth in range(0, 410, 3):
        room.hint(LoudnessHint("t", "p1", 0.5, tenth / 10))
    diarizer = ScriptedDiarizer({"person p1": turns(*spans)})
    heard = await room.run(ScriptedRecognizer({"t": words}), SETTINGS, 43.0, diarizer)
    assert {u.participant_id for u in heard.finals} == {"p1"}
    late = [u.speaker for u in heard.finals if u.start_s > 30.0]
    assert set(late) == {"Ana · voice 1", "Ana · voice 2"}
    assert heard.finals[0].speaker == "Ana"


async def test_one_voice_is_no_room(room, tone: Tone) -> None:
    words = script(1.0, "only me here and nobody else at all")
    room.say("t", 0.0, bytes(32000) + tone(4.0))
    room.hint(ROSTER)
    room.hint(LoudnessHint("t", "p1", 0.5, 0.1))
    diarizer = ScriptedDiarizer({"person p1": turns(("a", 1.0, 4.0))})
    heard = await room.run(ScriptedRecognizer({"t": words}), SETTINGS, 7.0, diarizer)
    assert {u.speaker for u in heard.finals} == {"Ana"}


async def test_an_enrolled_stranger_is_shown_by_name(room, tone: Tone) -> None:
    words = script(1.0, "hello this is zoe here")
    say(room, tone, words)
    room.hint(ROSTER)
    diarizer = ScriptedDiarizer({"mix": [Turn("z", 1.0, 3.0, 0.9, "Zoe")]})
    heard = await room.run(ScriptedRecognizer({"mix": words}), SETTINGS, 8.0, diarizer)
    assert [(u.participant_id, u.speaker) for u in heard.finals] == [("", "Zoe")]
    assert heard.finals[0].doubt == pytest.approx(0.1)


class Broken(ScriptedDiarizer):
    """Fails in one of several ways."""

    info = EngineInfo("broken")

    def __init__(self, where: str) -> None:
        super().__init__({})
        self._where = where

    async def health(self) -> Health:
        return Health(False, "broken")

    async def open(self, track: str, voices: Sequence[Voiceprint] = ()) -> DiarizationStream:
        if self._where == "open":
            raise EngineError("The voices are broken.", "Mend them.")
        return _Torn(self._where)


class _Torn:
    def __init__(self, where: str) -> None:
        self._where = where

    async def feed(self, pcm: bytes, start_s: float) -> Sequence[Turn]:
        if self._where == "feed":
            raise RuntimeError("torn")
        return ()

    async def finish(self) -> Sequence[Turn]:
        raise ValueError("torn at the end")

    async def aclose(self) -> None:
        pass


@pytest.mark.parametrize("where", ["open", "feed", "finish"])
async def test_a_failing_diarizer_is_told_once_and_words_go_on(
    room, tone: Tone, where: str
) -> None:
    words = script(1.0, "this is what ana says")
    say(room, tone, words)
    room.say("other", 1.0, tone(5.0))
    room.hint(ROSTER)
    room.hint(TileHint("p1", True, 1.0))
    room.hint(TileHint("p1", False, 3.4))
    heard = await room.run(ScriptedRecognizer({"mix": words}), SETTINGS, 8.0, Broken(where))
    assert heard.text("p1") == "this is what ana says"
    assert len(heard.notices("diarizer_failed")) == 1
