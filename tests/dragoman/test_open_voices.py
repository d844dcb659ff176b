"""Voices as the settings ask for them, and where they are heard."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from bot.endpoint import PageEndpoint
from bot.microphone import Microphone
from domain.captions import Caption, Translation, TranslationState
from domain.clock import MeetingClock
from domain.errors import MissingError
from domain.events import Event, Notice, SpeechMade
from domain.speech import Word
from dragoman.groups.voice import VoiceGroup
from dragoman.voices import Heard, open_voices, speech_feed, spoken_translations


def notices(events: list[Event]) -> list[str]:
    return [event.kind for event in events if isinstance(event, Notice)]


async def test_the_voice_is_told_and_viewers_are_offered_what_it_speaks() -> None:
    events: list[Event] = []
    settings = VoiceGroup(engine="scripted")
    async with open_voices(settings, ("es", "fr"), events.append) as voice:
        assert speech_feed(settings, voice, ("es", "fr")).offered == ("es", "fr")
        silent = VoiceGroup(engine="scripted", listen=False)
        assert speech_feed(silent, voice, ("es", "fr")).offered == ()
    assert notices(events) == ["voice"]


async def test_where_nobody_can_listen_no_voice_is_opened() -> None:
    events: list[Event] = []
    settings = VoiceGroup(engine="kokoro", listen=False)
    async with open_voices(settings, ("es",), events.append) as voice:
        assert speech_feed(settings, voice, ("es",)).offered == ()
    async with open_voices(VoiceGroup(engine="kokoro"), (), events.append):
        pass
    assert events == []


async def test_a_named_voice_that_does_not_work_is_an_error() -> None:
    settings = VoiceGroup(engine="openvino-kokoro")
    with pytest.raises(MissingError, match="openvino-kokoro"):
        async with open_voices(settings, ("es",), lambda _: None):
            pass


async def test_a_microphone_language_without_a_voice_is_told() -> None:
    events: list[Event] = []
    settings = VoiceGroup(engine="flite", microphone_language="es")
    try:
        async with open_voices(settings, ("es",), events.append):
            pass
    except MissingError:
        pytest.skip("flite is not installed")
    assert notices(events) == ["voice", "no_voice"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"engine": "nonsense"},
        {"microphone_language": "klingonese"},
        {"calm_s": 9.0},
        {"fastest": 0.5},
        {"unknown": 1},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VoiceGroup(**wrong)


async def test_captions_reach_the_microphone_only_in_its_language() -> None:
    events: list[Event] = []
    settings = VoiceGroup(engine="scripted", microphone_language="Spanish")
    clock = MeetingClock.start()
    microphone = Microphone(PageEndpoint(), lambda *_: None)
    done = TranslationState.FINAL
    caption = Caption(
        id="a", revision=1, participant_id="p", speaker="P", language="en",
        words=(Word("hello", 0.0, 0.1),), stable=1, final=True, start_s=0.0, end_s=0.1,
        heard_s=0.1, stamp_s=0.1,
        translations=(Translation("fr", "bonjour", done), Translation("es", "hola", done)),
    )  # fmt: skip
    async with open_voices(settings, ("es", "fr"), events.append) as voice:
        heard = Heard(speech_feed(settings, voice, ("es", "fr")), microphone)
        async with spoken_translations(settings, voice, clock, heard, events.append) as spoken:
            await spoken.show(caption)
            async with asyncio.timeout(10):
                while not any(isinstance(e, SpeechMade) for e in events):
                    await asyncio.sleep(0.01)
    assert [e.language for e in events if isinstance(e, SpeechMade)] == ["es"]
    assert len(microphone._waiting) == 1
