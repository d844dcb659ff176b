"""Captions in, speech out: who is spoken for, what is spoken, and how it is told."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock
from domain.events import Event, Notice, SpeechMade
from domain.speech import Word
from domain.voices import Speech, SpeechRequest
from pipeline.voice.chain import VoiceChain
from pipeline.voice.own_speech import OwnSpeech
from pipeline.voice.scripted import ScriptedVoice
from pipeline.voice.spoken import Outlet, SpokenSettings, SpokenTranslations


@dataclass
class Ears:
    """A sink that keeps what it was given, for languages that may change."""

    languages: set[str]
    got: list[Speech] = field(default_factory=list)

    async def play(self, speech: Speech) -> None:
        self.got.append(speech)


def caption(
    identity: str,
    spanish: str = "una frase corta",
    end_s: float = 1.0,
    state: TranslationState = TranslationState.FINAL,
    **given: Any,
) -> Caption:
    values: dict[str, Any] = {
        "id": identity, "revision": 1, "participant_id": "anna", "speaker": "Anna",
        "language": "en", "words": (Word("hello", 0.0, end_s),), "stable": 1, "final": True,
        "start_s": 0.0, "end_s": end_s, "heard_s": end_s, "stamp_s": end_s,
        "translations": (Translation("es", spanish, state), Translation("fr", "une phrase", state)),
    }  # fmt: skip
    return Caption(**{**values, **given})


class Scene:
    """A speaker on a clock that its own waiting moves."""

    def __init__(self, voice: ScriptedVoice | None = None) -> None:
        self.clock = FakeClock(2.0)
        self.events: list[Event] = []
        self.voice = voice or ScriptedVoice(word_s=0.5)
        self.own = OwnSpeech()
        self.microphone, self.viewers = Ears({"es"}), Ears(set())
        outlets = [
            Outlet(self.microphone, lambda: self.microphone.languages, own=self.own),
            Outlet(self.viewers, lambda: self.viewers.languages, originals=True),
        ]
        self.spoken = SpokenTranslations(
            self.voice, self.clock, outlets, self.events.append, SpokenSettings(sleep=self._sleep)
        )

    async def _sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await asyncio.sleep(0)

    async def until(self, holds: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                while not holds():
                    await asyncio.sleep(0.001)
        assert holds()

    @property
    def made(self) -> list[SpeechMade]:
        return [event for event in self.events if isinstance(event, SpeechMade)]

    def told(self, kind: str) -> list[str]:
        return [e.text for e in self.events if isinstance(e, Notice) and e.kind == kind]


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_final_translations_are_spoken_once_in_order(scene: Scene) -> None:
    async with scene.spoken as spoken:
        await spoken.show(caption("a", "borrador", state=TranslationState.DRAFT))
        await spoken.show(caption("a", "uno dos", end_s=1.0))
        await spoken.show(caption("a", "uno dos", end_s=1.0, revision=2))
        await spoken.show(caption("b", "tres cuatro", end_s=1.5))
        await scene.until(lambda: len(scene.made) == 2)
    assert [request.text for request in scene.voice.spoken] == ["uno dos", "tres cuatro"]
    assert [speech.caption_id for speech in scene.microphone.got] == ["a", "b"]
    first, second = scene.made
    assert (first.language, first.caption_id, first.length_s) == ("es", "a", 1.0)
    assert first.behind_s == pytest.approx(1.0)
    assert second.at_s >= first.at_s + first.length_s
    assert scene.viewers.got == []


async def test_without_a_listener_nothing_is_synthesised(scene: Scene) -> None:
    scene.microphone.languages.clear()
    async with scene.spoken as spoken:
        await spoken.show(caption("a"))
        scene.viewers.languages.add("fr")
        await spoken.show(caption("a", revision=2))
        await spoken.show(caption("b"))
        await scene.until(lambda: len(scene.viewers.got) == 1)
    assert [(r.language, r.text) for r in scene.voice.spoken] == [("fr", "une phrase")]
    assert scene.viewers.got[0].caption_id == "b"


async def test_originals_go_to_viewers_who_want_them_and_never_to_the_microphone(
    scene: Scene,
) -> None:
    scene.viewers.languages.add("es")
    original = caption("a", language="es", translations=(), words=(Word("hola", 0.0, 1.0),))
    async with scene.spoken as spoken:
        await spoken.show(original)
        await scene.until(lambda: len(scene.viewers.got) == 1)
    assert scene.microphone.got == []


async def test_what_the_microphone_plays_is_noted_as_own(scene: Scene) -> None:
    async with scene.spoken as spoken:
        await spoken.show(caption("a", "el plan nuevo está listo"))
        await scene.until(lambda: len(scene.made) == 1)
    noted = scene.own._said[0]
    assert noted.words == ("el", "plan", "nuevo", "está", "listo")
    assert noted.end_s - noted.start_s == pytest.approx(2.5)


async def test_too_much_speech_gets_faster_then_skips_and_says_so(scene: Scene) -> None:
    long = "palabra " * 9
    async with scene.spoken as spoken:
        for number in range(10):
            await spoken.show(caption(str(number), long, end_s=1.0 + 0.1 * number))
        await scene.until(lambda: len(scene.made) + sum(spoken.skipped.values()) == 10)
        assert spoken.skipped["es"] > 0
    assert max(made.behind_s for made in scene.made) <= 20.0
    assert max(request.speed for request in scene.voice.spoken) > 1.2
    ids = [made.caption_id for made in scene.made]
    assert ids == sorted(ids)
    assert "not spoken in Spanish, to stay close behind" in scene.told("speech_skipped")[0]
    assert len(scene.told("speech_skipped")) == 1


async def test_a_voice_that_fails_is_told_once_and_speech_goes_on() -> None:
    scene = Scene(ScriptedVoice(fails=frozenset({"mala"})))
    async with scene.spoken as spoken:
        await spoken.show(caption("a", "mala"))
        await spoken.show(caption("b", "mala", end_s=1.1))
        await spoken.show(caption("c", "buena", end_s=1.2))
        await scene.until(lambda: len(scene.made) == 1)
    assert scene.made[0].caption_id == "c"
    assert len(scene.told("voice_failed")) == 1


async def test_a_language_without_a_voice_is_told_once() -> None:
    scene = Scene(ScriptedVoice(languages=frozenset({"en"})))
    async with scene.spoken as spoken:
        await spoken.show(caption("a"))
        await spoken.show(caption("b"))
    assert scene.told("no_voice") == ["No voice here speaks Spanish."]
    assert scene.voice.spoken == []


class Breaking(ScriptedVoice):
    """Raises what no voice should."""

    async def speak(self, request: SpeechRequest) -> Speech:
        if request.text == "mala":
            raise OSError(12, "Cannot allocate memory")
        return await super().speak(request)


class Deaf(Ears):
    """A sink that breaks on the first speech."""

    async def play(self, speech: Speech) -> None:
        if speech.caption_id == "a":
            raise RuntimeError("the page is gone")
        await super().play(speech)


@pytest.mark.parametrize("chained", [False, True])
async def test_a_voice_that_breaks_ends_no_meeting(chained: bool) -> None:
    scene = Scene()
    voice = Breaking(word_s=0.5)
    outlet = Outlet(scene.microphone, lambda: {"es"})
    events: list[Event] = []
    taken = VoiceChain([voice]) if chained else voice
    async with SpokenTranslations(
        taken, scene.clock, [outlet], events.append, SpokenSettings(sleep=scene._sleep)
    ) as spoken:
        await spoken.show(caption("a", "mala"))
        await spoken.show(caption("b", "buena", end_s=1.1))
        await scene.until(lambda: len(scene.microphone.got) == 1)
    assert scene.microphone.got[0].caption_id == "b"
    told = [e.kind for e in events if isinstance(e, Notice)]
    assert told == ["voice_failed"]


async def test_a_sink_that_breaks_ends_no_meeting(scene: Scene) -> None:
    ears = Deaf({"es"})
    async with SpokenTranslations(
        scene.voice,
        scene.clock,
        [Outlet(ears, lambda: {"es"})],
        scene.events.append,
        SpokenSettings(sleep=scene._sleep),
    ) as spoken:
        await spoken.show(caption("a", "uno"))
        await spoken.show(caption("b", "dos", end_s=1.1))
        await scene.until(lambda: len(ears.got) == 1)
    assert [speech.caption_id for speech in ears.got] == ["b"]
