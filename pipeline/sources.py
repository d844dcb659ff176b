"""The words that are shown: those heard in sound, or Meet's captions; never both of a voice.

What the other source made of them comes later, as a further update of the same utterance.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from math import inf

from domain.clock import Clock
from domain.speech import SpokenUpdate
from pipeline.asr.meet_captions import CaptionWords
from pipeline.attribution import LATE_S
from pipeline.caption_lines import Line
from pipeline.choices import Choice, Choices, Knowledge
from pipeline.hearing import HearingSettings
from pipeline.missing import Missing
from pipeline.outlet import Outlet

_NAME_WAIT_S = 1.5
_VOICE_NEAR_S = 0.3
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
        self.relief: Callable[[float], bool] = lambda _at_s: False
        """Whether speech of a moment is left to captions for want of time to recognise it."""
        self._missing = Missing()
        self._relieved: set[str] = set()
        self._served: set[str] = set()
        """Lines given out that have words which are not final."""
        self._settings = settings
        self._clock = clock
        self._know = knowledge
        self._out = Outlet(clock, knowledge, emit)
        self._words = CaptionWords()
        self._lock = asyncio.Lock()
        self._held: dict[str, _Held] = {}
        self._fixed: dict[str, Choice] = {}
        self._deaf_lines: set[str] = set()

    def wants(self, utterance_id: str, participant_id: str) -> bool:
        """Whether an utterance needs to be recognised."""
        fixed = self._fixed.get(utterance_id)
        if (fixed or self.choices.of(participant_id)) != Choice.CAPTIONS:
            return True
        if not self.choices.probes(utterance_id):
            return False
        self._fixed[utterance_id] = Choice.CAPTIONS
        return True

    async def unheard(
        self, utterance_id: str, participant_id: str, from_s: float, until_s: float
    ) -> None:
        """The recogniser failed on an utterance: between two moments, the second infinite
        while it runs, words come from captions."""
        if self._settings.engine != "auto":
            return
        async with self._lock:
            if not self._missing.note(utterance_id, participant_id, from_s, until_s):
                return
            lag_s = self._know.lag.lag_s
            for line in self._know.lines.recent(participant_id or None, from_s):
                if line.key in self._served:
                    missed = self._words.missed(line, from_s + lag_s, lag_s)
                    await self._out.lines([missed] if missed else [])
                elif self.choices.of(line.participant_id) != Choice.HOLD:
                    self._words.want(line, from_s + lag_s)
                    await self._serve(line)

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
            self._served &= {line.key for line in self._words.open_lines()}
            self._words.forget(self._clock.now_s() - _FORGET_S)
            await self._out.later()

    async def flush(self) -> None:
        """Everything that waits is decided and final."""
        async with self._lock:
            for key, held in list(self._held.items()):
                del self._held[key]
                if self.choices.of(held.update.participant_id) != Choice.CAPTIONS:
                    await self._out.heard(held.update, held.track)
            for line in self._words.open_lines():
                if self._serves(line) or line.key in self._served:
                    await self._out.lines(self._words.finish(line, self._know.lag.lag_s))
            await self._out.later(last=True)

    async def _route(self, update: SpokenUpdate, track: str) -> None:
        key = update.utterance_id
        choice = self._fixed.get(key) or self.choices.of(update.participant_id)
        if choice == Choice.CAPTIONS:
            self._fixed[key] = choice
            self._held.pop(key, None)
            self._out.unshown(update)
            self.choices.tell(update.participant_id, choice)
        elif choice == Choice.HOLD or self._may_get_a_name(update, track):
            wait_s = self._settings.hold_s if choice == Choice.HOLD else self._wait_s(track)
            until_s = self._clock.now_s() + wait_s if update.final else inf
            self._held[key] = _Held(update, track, until_s)
        else:
            self._held.pop(key, None)
            self._fixed[key] = choice
            self.choices.tell(update.participant_id, choice)
            await self._out.heard(update, track)
        if update.final and key not in self._held:
            self._fixed.pop(key, None)

    def _may_get_a_name(self, update: SpokenUpdate, track: str) -> bool:
        """Captions may name the speaker yet, or the voices of its end are not told apart yet."""
        if not update.final:
            return False
        nameless = not update.participant_id and self._know.lines.seen
        settled_s = self._know.attribution.settled_s(track, self._clock.now_s())
        voiceless = bool(update.words) and settled_s < update.words[-1].end_s - _VOICE_NEAR_S
        return nameless or voiceless

    def _wait_s(self, track: str) -> float:
        return _NAME_WAIT_S if self._know.attribution.settled_s(track) == inf else LATE_S

    async def _release(self) -> None:
        now_s = self._clock.now_s()
        for key, held in list(self._held.items()):
            update = self._named(held)
            late = now_s >= held.until_s
            choice = self._fixed.get(key) or self.choices.of(update.participant_id)
            if choice == Choice.HOLD and late:
                self.choices.waited_in_vain()
                choice = Choice.SOUND
            if choice == Choice.HOLD or (self._may_get_a_name(update, held.track) and not late):
                held.update = update
                continue
            del self._held[key]
            if not update.final:
                self._fixed[key] = choice
            self.choices.tell(update.participant_id, choice)
            if choice == Choice.SOUND:
                await self._out.heard(update, held.track)
            else:
                self._out.unshown(update)

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
            self._relieved.discard(line.key)
            if line.key in self._served:
                self._served.discard(line.key)
                await self._out.lines(self._words.finish(line, self._know.lag.lag_s))
            if self.choices.of(line.participant_id) == Choice.SOUND and not self.choices.unheard(
                line
            ):
                self._words.skip(line)
            return
        self._served.add(line.key)
        if line.key not in self._relieved:
            self.choices.tell(line.participant_id, Choice.CAPTIONS)
        shown_s = self._out.shown_until_s.get(line.participant_id)
        if shown_s is not None and line.key not in self._deaf_lines:
            self._words.skip_until(line, shown_s + self._know.lag.lag_s)
        updates = self._words.update(line, self._know.lag.lag_s, self._clock.now_s())
        await self._out.lines(updates)

    def _serves(self, line: Line) -> bool:
        choice = self.choices.of(line.participant_id)
        if choice == Choice.CAPTIONS or line.key in self._deaf_lines:
            return True
        said_s = self._clock.now_s() - self._know.lag.lag_s
        if choice == Choice.SOUND and (
            self.relief(said_s) or self._missing.covers(line.participant_id, said_s)
        ):
            self._relieved.add(line.key)
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
