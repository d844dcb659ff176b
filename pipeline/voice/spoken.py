"""Final translations as speech, for every language that somebody listens to."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from domain.captions import Caption, TranslationState
from domain.clock import Clock
from domain.events import Event, Notice
from domain.languages import name
from domain.ports import SpeechSink, Voice
from pipeline.voice.own_speech import OwnSpeech
from pipeline.voice.pace import PaceSettings, Sentence
from pipeline.voice.speaker import Speaker

log = logging.getLogger(__name__)

_REMEMBERED = 5000
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outlet:
    """Somebody who plays speech, and the languages that are wanted there now."""

    sink: SpeechSink
    languages: Callable[[], Collection[str]]
    originals: bool = False
    """Also speak captions that are in the wanted language already."""
    own: OwnSpeech | None = None
    """Where the meeting hears what is played: notes it, so that it is not heard again."""


@dataclass(frozen=True, slots=True)
class SpokenSettings:
    """How it speaks."""

    pace: PaceSettings = field(default_factory=PaceSettings)
    sleep: Sleep = asyncio.sleep


class SpokenTranslations:
    """A CaptionSink and an async context manager; one speaker per language.

    Without a listener of a language nothing is synthesised in it. A caption is spoken once,
    when its words and its translation are final.
    """

    def __init__(
        self,
        voice: Voice,
        clock: Clock,
        outlets: Sequence[Outlet],
        notify: Callable[[Event], None],
        settings: SpokenSettings | None = None,
    ) -> None:
        self._voice, self._clock, self._notify = voice, clock, notify
        self._outlets = tuple(outlets)
        self._settings = settings or SpokenSettings()
        self._speakers: dict[str, Speaker] = {}
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._mute: set[str] = set()
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops speaking at once."""
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    @property
    def skipped(self) -> dict[str, int]:
        """Sentences per language that were left out to stay close behind."""
        return {language: each.skipped for language, each in self._speakers.items()}

    async def show(self, caption: Caption) -> None:
        """A new revision; what is final in it waits for its turn."""
        if not caption.final:
            return
        for translation in caption.translations:
            if translation.state is TranslationState.FINAL and translation.text:
                self._offer(caption, translation.language, translation.text, original=False)
        if caption.words:
            self._offer(caption, caption.language, caption.text, original=True)

    def _offer(self, caption: Caption, language: str, text: str, *, original: bool) -> None:
        if (caption.id, language) in self._seen:
            return
        self._seen[caption.id, language] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        if not self._wanting(language, original=original):
            return
        able = self._voice.info.languages
        if able and language not in able:
            self._tell_mute(language)
            return
        sentence = Sentence(caption.id, text, caption.speaker_key, caption.end_s)
        self._speaker(language).add(sentence, original=original)

    def _wanting(self, language: str, *, original: bool) -> list[Outlet]:
        return [
            outlet
            for outlet in self._outlets
            if language in outlet.languages() and (outlet.originals or not original)
        ]

    def _speaker(self, language: str) -> Speaker:
        speaker = self._speakers.get(language)
        if speaker is None:
            speaker = Speaker(language, self._voice, self._clock, self._notify, self._settings.pace)
            speaker.sleep = self._settings.sleep
            speaker.wanting = self._wanting
            self._speakers[language] = speaker
            self._tasks.append(self._group.create_task(speaker.run()))
        return speaker

    def _tell_mute(self, language: str) -> None:
        if language not in self._mute:
            self._mute.add(language)
            text = f"No voice here speaks {name(language)}."
            self._notify(Notice("no_voice", text, self._clock.now_s()))
