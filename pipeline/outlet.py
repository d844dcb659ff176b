"""The way out for spoken updates: one utterance for each speaker, and what is added later."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from domain.clock import Clock
from domain.speech import SpokenUpdate
from pipeline.afterthoughts import Afterthoughts
from pipeline.choices import CAPTIONS_ONLY, Knowledge
from pipeline.once import OnceOnly


class Outlet:
    """Emits updates with their speakers, and remembers the final ones."""

    def __init__(
        self,
        clock: Clock,
        knowledge: Knowledge,
        emit: Callable[[SpokenUpdate], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._know = knowledge
        self._emit = emit
        self._emitted: dict[str, int] = {}
        """Stable words given out, by running utterance."""
        self._parts: dict[str, int] = {}
        """How many speakers were shown, by running utterance."""
        self._after = Afterthoughts(knowledge)
        self._once = OnceOnly()
        self.shown_until_s: dict[str, float] = {}
        """End of the last word from sound, by participant."""

    def unshown(self, update: SpokenUpdate) -> None:
        """Words from sound that are not given out, for captions serve."""
        self._after.unshown(update)

    async def later(self, *, last: bool = False) -> None:
        """Emits what has become known of final words since; with `last`, all that can be."""
        for update in self._after.due(self._clock.now_s(), last=last):
            await self._emit(update)

    async def lines(self, updates: list[SpokenUpdate]) -> None:
        """Emits words from captions."""
        for update in updates:
            who = self._know.attribution.placed(update.participant_id, update.start_s, update.end_s)
            update = replace(update, speaker=who.speaker or update.speaker)
            sent = await self._send(update)
            if sent and sent.final:
                self._after.sent(sent, "", self._clock.now_s())

    async def heard(self, update: SpokenUpdate, track: str) -> None:
        """Emits words from sound, those of several speakers as an utterance for each."""
        key = update.utterance_id
        done = self._emitted.get(key, 0)
        parts = self._know.attribution.split(track, update, done)
        for number, part in enumerate(parts):
            if update.final:
                sent = await self._send(part)
                if sent:
                    self._after.sent(sent, track, self._clock.now_s())
                continue
            stable = max(done, min(update.stable, len(part.words)))
            await self._send(replace(part, stable=0 if number else stable))
        shown = self._parts.pop(key, 1)
        if not update.final:
            self._parts[key] = max(shown, len(parts))
            return
        for number in range(len(parts), shown):
            await self._send(
                replace(update, utterance_id=f"{key}~{number}", words=(), stable=0, other=None)
            )

    async def _send(self, update: SpokenUpdate) -> SpokenUpdate | None:
        """Emits what the other source has not said; what comes to nothing and was never shown
        is left out."""
        if not update.words and update.utterance_id not in self._emitted:
            return None
        self._emitted[update.utterance_id] = update.stable
        if update.final:
            self._emitted.pop(update.utterance_id)
        if update.engine != CAPTIONS_ONLY and update.words and update.participant_id:
            self.shown_until_s[update.participant_id] = update.words[-1].end_s
        sent = self._once.take(update)
        if sent is not None:
            await self._emit(sent)
        return sent
