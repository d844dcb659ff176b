"""Sound and hints of a meeting in, spoken words with their speakers out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from domain.audio import Frame
from domain.clock import Clock
from domain.engines import load
from domain.errors import MissingError
from domain.events import Event, Notice
from domain.hints import CaptionHint, Hint, LoudnessHint, RosterHint, TileHint
from domain.ports import Diarizer, Recognizer, Vad
from domain.speech import SpokenUpdate
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.choices import Choices, Knowledge
from pipeline.ear import Ear
from pipeline.ear_parts import EarParts
from pipeline.effort import Effort, EffortRules
from pipeline.gates import gate_for
from pipeline.hearing import HearingSettings
from pipeline.language import SpokenLanguages
from pipeline.language_guess import guess
from pipeline.people import People
from pipeline.sources import WordSources
from pipeline.speech_finder import VadThread
from pipeline.vad import ENGINES as VAD_ENGINES
from pipeline.voice_ear import VoiceEars

log = logging.getLogger(__name__)

_TICK_S = 0.15
_CORRELATE_S = 1.0
_CAPTIONS_REST_S = 30.0
"""Captions that rested longer are taken for switched off."""
_FAREWELL_S = 2.0
"""Time for the words that wait when listening ends by a fault or is cancelled."""


class Listener:
    """One meeting's ears. `recognizer` may be None: then words come from captions alone.

    With a `diarizer`, voices of the mix, and with `settings.rooms` those behind one participant,
    are told apart; should it fail, that is told once and the listener goes on without.
    `emit` gets the updates in order; `notify` gets StageTimed and Notice events and must
    return at once. The engines belong to the caller, who closes them.
    """

    def __init__(
        self,
        settings: HearingSettings,
        clock: Clock,
        *,
        recognizer: Recognizer | None,
        emit: Callable[[SpokenUpdate], Awaitable[None]],
        notify: Callable[[Event], None],
        diarizer: Diarizer | None = None,
    ) -> None:
        self._clock = clock
        self._notify = notify
        self._people = People()
        self._lines = CaptionLines()
        self._lag = CaptionLag()
        self._languages = SpokenLanguages(settings.languages)
        self._attribution = Attribution(self._people, self._lines, self._lag, rooms=settings.rooms)
        self._voices = VoiceEars(settings, clock, diarizer, self._attribution, notify)
        engine = recognizer.info if recognizer else None
        knowledge = Knowledge(self._languages, self._lines, self._lag, self._attribution)
        choices = Choices(
            settings, clock, lambda: recognizer.info if recognizer else None, knowledge, notify
        )
        self._sources = WordSources(settings, clock, choices, knowledge, emit=emit)
        self._effort = Effort(
            clock,
            notify,
            rules=EffortRules(high_waiting_s=settings.behind_s),
            captions_on=self._captions_on,
            smaller=recognizer,
        )
        self._sources.relief = self._effort.left_to_captions
        self._settings = settings
        self._recognizer = recognizer
        self._gate = gate_for(engine.name if engine else "")
        self._ears: dict[str, Ear] = {}
        self._told_lag = False
        self._failed: set[str] = set()
        self._ticked_s = float("-inf")
        self._correlated_s = float("-inf")

    @property
    def caption_lag_s(self) -> float:
        """How far Meet's captions arrive behind the acoustic end of words."""
        return self._lag.lag_s

    async def run(self, frames: AsyncIterator[Frame], hints: AsyncIterator[Hint]) -> None:
        """Listens until both end; then every word has been emitted."""
        try:
            await self._listen(frames, hints)
        except BaseException:
            await self._flush_after_fault()
            raise
        with self._guarded("the last words"):
            self._attribution.correlate(self._clock.now_s())
            await self._sources.flush()

    async def _listen(self, frames: AsyncIterator[Frame], hints: AsyncIterator[Hint]) -> None:
        vad_thread = VadThread()
        try:
            new_vad, doubt = await asyncio.to_thread(_vad, self._settings.vad)
            if doubt:
                self._notify(Notice("vad", doubt, self._clock.now_s()))
            parts = self._parts(vad_thread, new_vad)
            async with asyncio.TaskGroup() as around:
                ticker = around.create_task(self._tick())
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._take_hints(hints))
                    group.create_task(self._take_frames(frames, parts, group))
                ticker.cancel()
        finally:
            await vad_thread.aclose()

    async def _flush_after_fault(self) -> None:
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._sources.flush()
        except Exception as error:
            log.warning("Words that waited at the end are lost: %s", type(error).__name__)

    def _parts(self, vad_thread: VadThread, new_vad: Callable[[], Vad]) -> EarParts:
        return EarParts(
            settings=self._settings,
            clock=self._clock,
            recognizer=self._recognizer,
            new_vad=new_vad,
            vad_thread=vad_thread,
            people=self._people,
            attribution=self._attribution,
            languages=self._languages,
            lines=self._lines,
            lag=self._lag,
            gate=self._gate,
            sources=self._sources,
            effort=self._effort,
            notify=self._notify,
        )

    def _captions_on(self) -> bool:
        """Meet's captions could take the recogniser's place at present."""
        since_s = self._clock.now_s() - _CAPTIONS_REST_S
        allowed = self._settings.engine == "auto"
        return allowed and any(True for _ in self._lines.recent(None, since_s))

    async def _take_frames(
        self, frames: AsyncIterator[Frame], parts: EarParts, group: asyncio.TaskGroup
    ) -> None:
        async for frame in frames:
            ear = self._ears.get(frame.track)
            if ear is None:
                ear = self._ears[frame.track] = Ear(parts, frame.track)
                group.create_task(ear.run(), name=f"ear {frame.track}")
            ear.put(frame)
            self._voices.put(frame, group)
        self._voices.end()
        for ear in self._ears.values():
            ear.end()

    async def _take_hints(self, hints: AsyncIterator[Hint]) -> None:
        async for hint in hints:
            with self._guarded("a hint"):
                await self._take_hint(hint)

    async def _take_hint(self, hint: Hint) -> None:
        match hint:
            case RosterHint():
                self._people.update(hint)
            case LoudnessHint():
                self._attribution.loudness(hint)
            case TileHint():
                self._attribution.tile(hint)
            case CaptionHint():
                await self._caption(hint)

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """A fault within is told, the first of its kind, and nothing else ends by it."""
        try:
            yield
        except Exception as error:
            if what in self._failed:
                return
            self._failed.add(what)
            log.error("Listening failed over %s: %s", what, type(error).__name__)
            log.debug("The fault", exc_info=error)
            text = f"Listening failed over {what}; it goes on."
            self._notify(Notice("hearing_failed", text, self._clock.now_s()))

    async def _caption(self, hint: CaptionHint) -> None:
        if self._people.is_self(hint.participant_id, hint.name):
            return
        self._people.learn(hint)
        participant_id = self._people.id_of(hint)
        if not hint.language:
            told = guess(hint.text, self._languages.possible())
            hint = replace(hint, language=told or self._languages.of(participant_id))
        line = self._lines.take(hint, participant_id)
        if line is None:
            return
        self._languages.hear(participant_id, hint)
        await self._sources.from_line(line)

    async def step(self) -> None:
        """Where time is stepped: returns when all sound taken so far is heard, track by track
        so that the same input always gives the same updates, and what is due is settled."""
        await self._voices.step()
        for ear in self._ears.values():
            await ear.step()
        now_s = self._clock.now_s()
        if now_s - self._ticked_s >= _TICK_S:
            self._ticked_s = now_s
            with self._guarded("words that waited"):
                await self._settle()

    async def _tick(self) -> None:
        while not self._settings.stepped:
            await asyncio.sleep(_TICK_S)
            with self._guarded("words that waited"):
                await self._settle()

    async def _settle(self) -> None:
        now_s = self._clock.now_s()
        if now_s - self._correlated_s >= _CORRELATE_S:
            self._correlated_s = now_s
            self._attribution.correlate(now_s)
        self._effort.look()
        await self._sources.tick()
        if self._lag.settled and not self._told_lag:
            self._told_lag = True
            text = f"Meet's captions arrive {self._lag.lag_s:.1f} s after the words."
            self._notify(Notice("caption_lag", text, now_s))


def _vad(wanted: str) -> tuple[Callable[[], Vad], str]:
    """The voice activity engine's class, tried once, and what to tell people of it."""
    try:
        chosen: Callable[[], Vad] = load(VAD_ENGINES, "silero" if wanted == "auto" else wanted)
        chosen()
    except MissingError as error:
        if wanted != "auto":
            raise
        fallback: Callable[[], Vad] = load(VAD_ENGINES, "energy")
        return fallback, f"{error.message} Speech is found by its loudness. {error.remedy}"
    return chosen, ""
