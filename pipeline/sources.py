"""The words that are shown: those heard in sound, or Meet's captions; never both of a voice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from domain.clock import Clock
from domain.speech import SpokenUpdate
from pipeline.asr.meet_captions import CaptionWords
from pipeline.caption_lines import Line
from pipeline.choices import CAPTIONS_ONLY, Choice, Choices, Knowledge
from pipeline.hearing import HearingSettings

_NAME_WAIT_S = 1.5
_DEAF_AFTER_S = 1.0
_FORGET_S = 120.0


@dataclass(slots=True)
class _Held:
    update: SpokenUpdate
    track: str
    until_s: float
    """Infinite while the utterance runs."""


class WordSources:
    """Takes updates from sound and lines from captions, and emits one of the two per voice."""

    def __init__(
        self,
        settings: HearingSettings,
        clock: Clock,
        choices: Choices,
        knowledge: Knowledge,
        *,
        emit: Callable[[SpokenUpdate], Awaitable[None]],
    ) -> None:
        self.choices = choices
        self._settings = settings
        self._clock = clock
        self._know = knowledge
        self._emit = emit
        self._words = CaptionWords()
        self._lock = asyncio.Lock()
        self._held: dict[str, _Held] = {}
        self._fixed: dict[str, Choice] = {}
        self._emitted: set[str] = set()
        self._shown_until_s: dict[str, float] = {}
        self._deaf_lines: set[str] = set()

    def wants(self, utterance_id: str, participant_id: str) -> bool:
        """Whether an utterance needs to be recognised."""
        fixed = self._fixed.get(utterance_id)
        return (fixed or self.choices.of(participant_id)) != Choice.CAPTIONS

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
                if self.choices.of(held.update.participant_id) != Choice.CAPTIONS:
                    await self._send(held.update)
            for line in self._words.open_lines():
                if self._serves(line):
                    await self._send_all(self._words.finish(line, self._know.lag.lag_s))

    async def _route(self, update: SpokenUpdate, track: str) -> None:
        key = update.utterance_id
        choice = self._fixed.get(key) or self.choices.of(update.participant_id)
        if choice == Choice.CAPTIONS:
            self._fixed[key] = choice
            self._held.pop(key, None)
            self.choices.tell(update.participant_id, choice)
        elif choice == Choice.HOLD or self._may_get_a_name(update):
            wait_s = self._settings.hold_s if choice == Choice.HOLD else _NAME_WAIT_S
            until_s = self._clock.now_s() + wait_s if update.final else float("inf")
            self._held[key] = _Held(update, track, until_s)
        else:
            self._held.pop(key, None)
            self._fixed[key] = choice
            self.choices.tell(update.participant_id, choice)
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
            choice = self._fixed.get(key) or self.choices.of(update.participant_id)
            if choice == Choice.HOLD and late:
                self.choices.waited_in_vain()
                choice = Choice.SOUND
            if choice == Choice.HOLD or (self._may_get_a_name(update) and not late):
                held.update = update
                continue
            del self._held[key]
            if not update.final:
                self._fixed[key] = choice
            self.choices.tell(update.participant_id, choice)
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
            if self.choices.of(line.participant_id) == Choice.SOUND and not self.choices.unheard(
                line
            ):
                self._words.skip(line)
            return
        self.choices.tell(line.participant_id, Choice.CAPTIONS)
        shown_s = self._shown_until_s.get(line.participant_id)
        if shown_s is not None and line.key not in self._deaf_lines:
            self._words.skip_until(line, shown_s + self._know.lag.lag_s)
        updates = self._words.update(line, self._know.lag.lag_s, self._clock.now_s())
        await self._send_all(updates)

    def _serves(self, line: Line) -> bool:
        choice = self.choices.of(line.participant_id)
        if choice == Choice.CAPTIONS or line.key in self._deaf_lines:
            return True
        if (
            choice == Choice.SOUND
            and self._settings.engine == "auto"
            and self.choices.unheard(line)
        ):
            if self._clock.now_s() - line.born_s < _DEAF_AFTER_S:
                return False
            self._deaf_lines.add(line.key)
            self.choices.say(
                "Captions show speech that no sound brings; words come from the captions."
            )
            return True
        return False

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
        if update.engine != CAPTIONS_ONLY and update.words and update.participant_id:
            self._shown_until_s[update.participant_id] = update.words[-1].end_s
        await self._emit(update)
