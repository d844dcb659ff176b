"""The language of speakers and utterances: found, kept, followed, locked."""

from collections.abc import Callable

import pytest

from domain.engines import EngineInfo
from domain.hints import CaptionHint, LoudnessHint, RosterHint
from domain.people import Participant
from domain.ports import RecognitionRequest
from domain.speech import Word
from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.hearing import HearingSettings
from pipeline.language import SpokenLanguages

Tone = Callable[[float], bytes]


def caption(language: str) -> CaptionHint:
    return CaptionHint("l", "p1", "", "text", 0, False, language, 0.0)


def test_one_odd_utterance_changes_nothing_and_two_do() -> None:
    known = SpokenLanguages()
    known.heard("p1", "es")
    known.heard("p1", "en")
    assert known.of("p1") == "es"
    known.heard("p1", "es")
    known.heard("p1", "en")
    assert known.of("p1") == "es"
    known.heard("p1", "en")
    assert known.of("p1") == "en"


def test_strong_evidence_is_enough() -> None:
    known = SpokenLanguages()
    known.heard("p1", "es")
    known.heard("p1", "en", sure=True)
    assert known.of("p1") == "en"


def test_each_speaker_has_a_language() -> None:
    known = SpokenLanguages()
    known.heard("p1", "es")
    known.heard("p2", "de")
    assert (known.of("p1"), known.of("p2"), known.of("p3")) == ("es", "de", "")


def test_one_allowed_language_is_a_lock() -> None:
    known = SpokenLanguages(("de",))
    known.heard("p1", "en", sure=True)
    assert [known.ask("p1") for _ in range(9)] == ["de"] * 9
    assert known.settle("p1", "en") == "de"


def test_only_what_is_allowed_counts() -> None:
    known = SpokenLanguages(("de", "fr"))
    known.heard("p1", "nl", sure=True)
    assert known.of("p1") == ""
    assert known.settle("p1", "nl") == "de"
    known.heard("p1", "fr")
    assert known.settle("p1", "nl") == "fr"
    assert known.settle("p1", "de") == "de"


def test_captions_go_before_the_recogniser() -> None:
    known = SpokenLanguages()
    known.hear("p1", caption("es-ES"))
    for _ in range(5):
        known.heard("p1", "pt", sure=True)
    assert known.of("p1") == "es"
    assert [known.ask("p1") for _ in range(9)] == ["es"] * 9


def test_a_settled_language_is_asked_for_and_checked_now_and_then() -> None:
    known = SpokenLanguages()
    assert known.ask("p1") == ""
    known.heard("p1", "es")
    asked = [known.ask("p1") for _ in range(6)]
    assert asked == ["es", "es", "es", "es", "", "es"]
    known.heard("p1", "en")
    assert known.ask("p1") == "", "in doubt it is left to the recogniser"


class Polyglot(ScriptedRecognizer):
    """Hears the language that is spoken at a moment, unless one is asked for."""

    def __init__(self, words: list[Word], spoken: Callable[[float], str]) -> None:
        super().__init__({"a": words})
        self.info = EngineInfo(name="polyglot")
        self.asked: list[str] = []
        self._spoken = spoken

    async def open(self, request: RecognitionRequest):
        stream = await super().open(request)
        self.asked.append(request.language)
        stream._language = request.language or self._spoken(request.start_s)
        return stream


def talk(room, tone: Tone, starts: list[float]) -> list[Word]:
    room.hint(RosterHint((Participant("p1", "Ana"),), 0.0))
    words = []
    for start_s in starts:
        room.say("a", start_s, tone(1.6))
        room.hint(LoudnessHint("a", "p1", 0.5, start_s))
        words += [
            Word(f"w{start_s:g}.{n}", start_s + n * 0.4, start_s + n * 0.4 + 0.3) for n in range(4)
        ]
    return words


async def test_a_speaker_who_changes_language_is_followed(room, tone: Tone) -> None:
    room.speed = 40.0
    starts = [1.0 + 3 * n for n in range(12)]
    engine = Polyglot(talk(room, tone, starts), lambda at_s: "es" if at_s < 12 else "en")
    heard = await room.run(engine, HearingSettings(engine="polyglot", vad="scripted"), 38.0)
    languages = [update.language for update in heard.finals]
    assert len(languages) == 12
    assert languages[:4] == ["es"] * 4
    assert languages[-4:] == ["en"] * 4
    assert engine.asked[:3] == ["", "es", "es"]
    assert engine.asked[-3:] != ["", "", ""]
    for update in heard.finals:
        mine = {u.language for u in heard.updates if u.utterance_id == update.utterance_id}
        assert mine == {update.language}, "one utterance, one language"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_lock_reaches_the_engine(room, tone: Tone, language: str) -> None:
    engine = Polyglot(talk(room, tone, [1.0, 4.0]), lambda _at_s: "es")
    settings = HearingSettings(engine="polyglot", vad="scripted", languages=(language,))
    heard = await room.run(engine, settings, 7.0)
    assert engine.asked == [language, language]
    assert {update.language for update in heard.updates} == {language}


class Remembering(ScriptedRecognizer):
    """Keeps what it was told was said before; invents a word in noise."""

    def __init__(self, words: list[Word]) -> None:
        super().__init__({"a": words})
        self.contexts: list[str] = []

    async def open(self, request: RecognitionRequest):
        self.contexts.append(request.context)
        return await super().open(request)


async def test_the_next_request_carries_what_was_said(
    room, tone: Tone, scripted_settings: HearingSettings
) -> None:
    room.speed = 40.0
    starts = [1.0 + 3 * n for n in range(15)]
    engine = Remembering(talk(room, tone, starts))
    heard = await room.run(engine, scripted_settings, 46.0)
    said = [" ".join(w.text for w in update.words) for update in heard.finals]
    assert engine.contexts[:3] == ["", said[0], f"{said[0]} {said[1]}"]
    assert engine.contexts[-1].endswith(said[-2])
    assert len(engine.contexts[-1]) <= 200
