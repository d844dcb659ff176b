"""Which words are shown for whom: those heard in sound, or Meet's captions; never both."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.clock import Clock
from domain.engines import EngineInfo
from domain.events import Event, Notice
from domain.languages import name as language_name
from domain.speech import SpokenUpdate
from pipeline.asr.meet_captions import CaptionWords
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines, Line
from pipeline.hearing import HearingSettings
from pipeline.language import SpokenLanguages

log = logging.getLogger(__name__)

CAPTIONS_ONLY = "meet-captions"
_NAME_WAIT_S = 1.5
_DEAF_AFTER_S = 1.0
_SOUND_NEAR_S = 4.0
_CAPTIONLESS_AFTER = 2
_BROKEN_AFTER = 3
_FORGET_S = 120.0


class Choice(StrEnum):
    """Where a participant's words come from."""

    SOUND = "sound"
    CAPTIONS = "captions"
    HOLD = "hold"


@dataclass(slots=True)
class _Held:
    update: SpokenUpdate
    track: str
    until_s: float
    """Infinite while the utterance runs."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the choice rests on."""

    languages: SpokenLanguages
    lines: CaptionLines
    lag: CaptionLag
    attribution: Attribution


class WordSources:
    """Takes updates from sound and lines from captions, and emits one of the two per voice."""

    def __init__(
        self,
        settings: HearingSettings,
        clock: Clock,
        engine: EngineInfo | None,
        knowledge: Knowledge,
        *,
        emit: Callable[[SpokenUpdate], Awaitable[None]],
        notify: Callable[[Event], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._engine = engine
        self._know = knowledge
        self._emit = emit
        self._notify = notify
        self._words = CaptionWords()
        self._lock = asyncio.Lock()
        self._held: dict[str, _Held] = {}
        self._fixed: dict[str, Choice] = {}
        self._emitted: set[str] = set()
        self._told: dict[str, Choice] = {}
        self._spoke_s: dict[str, float] = {}
        self._deaf_lines: set[str] = set()
        self._timeouts = 0
        self._failures = 0

    def choice(self, participant_id: str) -> Choice:
        """Where this participant's words come from at present."""
        engine, wanted = self._engine, self._settings.engine
        if engine is None or CAPTIONS_ONLY in (wanted, engine.name):
            return Choice.CAPTIONS
        if wanted != "auto":
            return Choice.SOUND
        if self._failures >= _BROKEN_AFTER:
            return Choice.CAPTIONS
        return self._by_language(engine.languages, participant_id)

    def _by_language(self, spoken: frozenset[str], participant_id: str) -> Choice:
        language = self._know.languages.of(participant_id)
        possible = frozenset({language}) if language else self._know.languages.possible()
        if not spoken or (possible and possible <= spoken):
            return Choice.SOUND
        if possible and not possible & spoken:
            return Choice.CAPTIONS
        captionless = not self._know.lines.seen and self._timeouts >= _CAPTIONLESS_AFTER
        return Choice.SOUND if captionless else Choice.HOLD

    def wants(self, utterance_id: str, participant_id: str) -> bool:
        """Whether an utterance needs to be recognised."""
        fixed = self._fixed.get(utterance_id)
        return (fixed or self.choice(participant_id)) != Choice.CAPTIONS

    def speech(self, participant_id: str, at_s: float) -> None:
        """A track brought speech of a participant, or of somebody unknown."""
        self._spoke_s[participant_id] = max(at_s, self._spoke_s.get(participant_id, at_s))

    def recognised(self) -> None:
        """The recogniser works."""
        self._failures = 0

    def failed(self, reason: str) -> None:
        """The recogniser failed on an utterance."""
        self._failures += 1
        self._notify(Notice("engine_failed", reason, self._clock.now_s()))
        if self._failures == _BROKEN_AFTER:
            self._say("The recogniser does not work; words come from Meet's captions.")

    async def from_sound(self, update: SpokenUpdate, track: str) -> None:
        """An update of an utterance heard on a track."""
        async with self._lock:
            await self._route(update, track)

    async def from_line(self, line: Line) -> None:
        """A new revision of a line of captions."""
        async with self._lock:
            await self._release()
            await self._serve(line)

    async def tick(self) -> None:
        """To be called a few times a second: time alone settles words."""
        async with self._lock:
            await self._release()
            for line in self._words.open_lines():
                await self._serve(line)
            self._words.forget(self._clock.now_s() - _FORGET_S)

    async def flush(self) -> None:
        """Everything that waits is decided and final."""
        async with self._lock:
            for key, held in list(self._held.items()):
                del self._held[key]
                if self.choice(held.update.participant_id) != Choice.CAPTIONS:
                    await self._send(held.update)
            for line in self._words.open_lines():
                if self._serves(line):
                    await self._send_all(self._words.finish(line, self._know.lag.lag_s))

    async def _route(self, update: SpokenUpdate, track: str) -> None:
        key = update.utterance_id
        choice = self._fixed.get(key) or self.choice(update.participant_id)
        if choice == Choice.CAPTIONS:
            self._fixed[key] = choice
            self._held.pop(key, None)
            self._tell(update.participant_id, choice)
        elif choice == Choice.HOLD or self._may_get_a_name(update):
            wait_s = self._settings.hold_s if choice == Choice.HOLD else _NAME_WAIT_S
            until_s = self._clock.now_s() + wait_s if update.final else float("inf")
            self._held[key] = _Held(update, track, until_s)
        else:
            self._held.pop(key, None)
            self._fixed[key] = choice
            self._tell(update.participant_id, choice)
            await self._send(update)
        if update.final and key not in self._held:
            self._fixed.pop(key, None)

    def _may_get_a_name(self, update: SpokenUpdate) -> bool:
        return update.final and not update.participant_id and self._know.lines.seen

    async def _release(self) -> None:
        now_s = self._clock.now_s()
        for key, held in list(self._held.items()):
            update = self._named(held)
            late = now_s >= held.until_s
            choice = self._fixed.get(key) or self.choice(update.participant_id)
            if choice == Choice.HOLD and late:
                self._timeouts += 1
                if self._timeouts == _CAPTIONLESS_AFTER and not self._know.lines.seen:
                    self._say("Meet shows no captions; words come from the sound alone.")
                choice = Choice.SOUND
            if choice == Choice.HOLD or (self._may_get_a_name(update) and not late):
                held.update = update
                continue
            del self._held[key]
            if not update.final:
                self._fixed[key] = choice
            self._tell(update.participant_id, choice)
            if choice == Choice.SOUND:
                await self._send(update)

    def _named(self, held: _Held) -> SpokenUpdate:
        update = held.update
        if update.participant_id:
            return update
        who = self._know.attribution.who(held.track, update.start_s, update.end_s, update.words)
        return replace(
            update, participant_id=who.participant_id, speaker=who.speaker, doubt=who.doubt
        )

    async def _serve(self, line: Line) -> None:
        if not self._serves(line):
            if self.choice(line.participant_id) == Choice.SOUND and not self._maybe_deaf(line):
                self._words.skip(line)
            return
        self._tell(line.participant_id, Choice.CAPTIONS)
        updates = self._words.update(line, self._know.lag.lag_s, self._clock.now_s())
        await self._send_all(updates)

    def _serves(self, line: Line) -> bool:
        choice = self.choice(line.participant_id)
        if choice == Choice.CAPTIONS or line.key in self._deaf_lines:
            return True
        if choice == Choice.SOUND and self._settings.engine == "auto" and self._maybe_deaf(line):
            if self._clock.now_s() - line.born_s < _DEAF_AFTER_S:
                return False
            self._deaf_lines.add(line.key)
            self._say("Captions show speech that no sound brings; words come from the captions.")
            return True
        return False

    def _maybe_deaf(self, line: Line) -> bool:
        """Nobody was heard who could have said this line."""
        heard = [self._spoke_s.get(key) for key in (line.participant_id, "")]
        near_s = line.born_s - self._know.lag.lag_s - _SOUND_NEAR_S
        return all(at_s is None or at_s < near_s for at_s in heard)

    async def _send_all(self, updates: list[SpokenUpdate]) -> None:
        for update in updates:
            who = self._know.attribution.named(update.participant_id)
            await self._send(replace(update, speaker=who.speaker or update.speaker))

    async def _send(self, update: SpokenUpdate) -> None:
        """Emits; what comes to nothing and was never shown is left out."""
        if not update.words and update.utterance_id not in self._emitted:
            return
        self._emitted.add(update.utterance_id)
        if update.final:
            self._emitted.discard(update.utterance_id)
        await self._emit(update)

    def _tell(self, participant_id: str, choice: Choice) -> None:
        if self._told.get(participant_id) == choice:
            return
        self._told[participant_id] = choice
        code = self._know.languages.of(participant_id)
        language = f" ({language_name(code)})" if code else ""
        engine = self._engine.name if self._engine else "nobody"
        source = f"the sound, by {engine}" if choice == Choice.SOUND else "Meet's captions"
        person = self._know.attribution.named(participant_id).speaker or "Unnamed speakers"
        self._say(f"{person}{language}: words come from {source}.")

    def _say(self, text: str) -> None:
        self._notify(Notice("word_source", text, self._clock.now_s()))
