"""One language's speech: sentence after sentence, close behind the original."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from domain.clock import Clock
from domain.errors import DragomanError
from domain.events import Event, Notice, SpeechMade
from domain.languages import name
from domain.ports import SpeechSink, Voice
from domain.voices import Speech, SpeechRequest
from pipeline.voice.echo_sound import course_of
from pipeline.voice.own_speech import OwnSpeech
from pipeline.voice.pace import Backlog, PaceSettings, Sentence

log = logging.getLogger(__name__)

_GAP_S = 0.15
"""Between two sentences."""
_SPARE_S = 0.2
_LONGEST_LEAD_S = 3.0
_TELL_EVERY_S = 30.0


class _Outlet(Protocol):
    @property
    def sink(self) -> SpeechSink: ...

    @property
    def own(self) -> OwnSpeech | None: ...


class Speaker:
    """Takes a sentence just before its turn, so that the pace fits the delay of that moment."""

    def __init__(
        self,
        language: str,
        voice: Voice,
        clock: Clock,
        notify: Callable[[Event], None],
        pace: PaceSettings,
    ) -> None:
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.wanting: Callable[..., Sequence[_Outlet]] = lambda *_, **__: ()
        """Who wants a language now; asked with `original`."""
        self.lost = 0
        """Sentences that something unexpected kept from being heard."""
        self._language, self._voice, self._clock, self._notify = language, voice, clock, notify
        self._backlog = Backlog(pace)
        self._originals: set[str] = set()
        self._news = asyncio.Event()
        self._free_s = 0.0
        self._work_s = 0.3
        self._told_skipped = 0
        self._told_s = float("-inf")
        self._failed = False

    @property
    def skipped(self) -> int:
        """Sentences that were left out."""
        return self._backlog.skipped

    def add(self, sentence: Sentence, *, original: bool) -> None:
        """A sentence that waits from now on."""
        if original:
            self._originals.add(sentence.caption_id)
        self._backlog.add(sentence)
        self._news.set()

    async def run(self) -> None:
        """Speaks for ever."""
        while True:
            if not len(self._backlog):
                self._news.clear()
                await self._news.wait()
            lead_s = min(_LONGEST_LEAD_S, self._work_s + _SPARE_S)
            wait_s = self._free_s - lead_s - self._clock.now_s()
            if wait_s > 0:
                await self.sleep(wait_s)
            taken = self._backlog.take(max(self._clock.now_s(), self._free_s))
            self._tell_skipped()
            if taken is not None:
                try:
                    await self._say(*taken)
                except Exception as error:
                    self._lost(error)

    async def _say(self, sentence: Sentence, speed: float) -> None:
        original = sentence.caption_id in self._originals
        self._originals.discard(sentence.caption_id)
        if not self.wanting(self._language, original=original):
            return
        speech = await self._speech(sentence, speed)
        outlets = self.wanting(self._language, original=original)
        if speech is None or not speech.pcm or not outlets:
            return
        course = None
        if any(outlet.own is not None for outlet in outlets):
            course = await asyncio.to_thread(course_of, speech)
        start_s = max(self._clock.now_s(), self._free_s)
        self._free_s = start_s + speech.length_s + _GAP_S
        for outlet in outlets:
            if outlet.own is not None:
                outlet.own.note(sentence.text, start_s, start_s + speech.length_s, course)
            await outlet.sink.play(speech)
        self._notify(
            SpeechMade(
                self._language,
                sentence.caption_id,
                speech.length_s,
                start_s - sentence.end_s,
                start_s,
            )
        )

    async def _speech(self, sentence: Sentence, speed: float) -> Speech | None:
        request = SpeechRequest(sentence.text, self._language, speed)
        began_s = self._clock.now_s()
        try:
            speech = await self._voice.speak(request)
        except Exception as error:
            log.info("a sentence could not be spoken: %s", type(error).__name__)
            if not self._failed:
                self._failed = True
                told = error.message if isinstance(error, DragomanError) else "The voice broke."
                self._tell("voice_failed", f"{name(self._language)} is not spoken: {told}")
            return None
        self._failed = False
        self._work_s += 0.3 * (self._clock.now_s() - began_s - self._work_s)
        return replace(speech, caption_id=sentence.caption_id)

    def _lost(self, error: Exception) -> None:
        self.lost += 1
        if self.lost == 1:
            log.warning("a sentence was lost: %s", type(error).__name__)

    def _tell_skipped(self) -> None:
        now_s = self._clock.now_s()
        fresh = self._backlog.skipped - self._told_skipped
        if fresh and now_s - self._told_s >= _TELL_EVERY_S:
            self._told_skipped, self._told_s = self._backlog.skipped, now_s
            sentences = "1 sentence was" if fresh == 1 else f"{fresh} sentences were"
            self._tell(
                "speech_skipped",
                f"{sentences} not spoken in {name(self._language)}, to stay close behind.",
            )

    def _tell(self, kind: str, text: str) -> None:
        self._notify(Notice(kind, text, self._clock.now_s()))
