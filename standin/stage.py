"""The sound of the meeting: who is heard now, and which of three lines carries whom."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from standin.voices import RATE, Pcm, Spoken

TICK_S = 0.02
TICK_SAMPLES = int(RATE * TICK_S)
LINES = 3
_KEPT_TICKS = 250
_DELAY_TICKS = 10
"""Before added sound is heard, so that uneven arrival leaves no gaps."""
_SILENCE: Pcm = np.zeros(TICK_SAMPLES, np.int16)
_TAKEOVER = 1.6
"""How much louder a speaker must be to push the quietest of three off a line."""


@dataclass(frozen=True, slots=True)
class LineSound:
    """What one line carries for one tick."""

    pcm: Pcm
    stream_id: int
    """The speaker's, or 0 before anybody has used the line."""


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms of the meeting."""

    lines: tuple[LineSound, ...]
    mix: Pcm
    speaking: frozenset[str]
    """Ids of the participants who are heard."""


@dataclass(slots=True)
class _Place:
    who: str = ""
    level: float = 0.0
    heard_tick: int = -1


@dataclass(slots=True)
class Stage:
    """Computes each tick once, for everybody who listens, by one clock."""

    stream_ids: dict[str, int]
    """Participant id -> stream id."""
    samples_sent: dict[str, int] = field(default_factory=dict)
    began_monotonic_s: float = field(default_factory=time.monotonic)
    speaking: frozenset[str] = frozenset()
    """Who is heard in the newest tick."""
    lines_silent: bool = False
    """The lines carry nobody's sound any more, the mix does."""
    _sounds: dict[str, list[tuple[int, Pcm]]] = field(default_factory=dict)
    _places: list[_Place] = field(default_factory=lambda: [_Place() for _ in range(LINES)])
    _ticks: dict[int, Tick] = field(default_factory=dict)

    def schedule(self, spoken: Sequence[Spoken], zero_monotonic_s: float) -> None:
        """Places the lines on the clock; second 0 of the script is the given moment."""
        zero = round((zero_monotonic_s - self.began_monotonic_s) * RATE)
        for item in spoken:
            start = zero + round(item.line.start_s * RATE)
            self._sounds.setdefault(item.line.who, []).append((start, item.pcm))

    def add(self, who: str, pcm: Pcm) -> None:
        """Sound that comes from a participant now, after what was added just before."""
        sounds = self._sounds.setdefault(who, [])
        now = self.due_tick() * TICK_SAMPLES
        sounds[:] = [(start, p) for start, p in sounds if start + len(p) > now - RATE]
        newest = max((start + len(p) for start, p in sounds if start <= now + RATE), default=0)
        start = newest if newest > now else now + _DELAY_TICKS * TICK_SAMPLES
        sounds.append((start, pcm))

    def silence(self) -> None:
        """Nobody says anything more."""
        self._sounds.clear()

    def due_tick(self) -> int:
        """The number of the tick that begins now."""
        return int((time.monotonic() - self.began_monotonic_s) / TICK_S)

    def due_monotonic_s(self, number: int) -> float:
        """When a tick is due."""
        return self.began_monotonic_s + number * TICK_S

    def tick(self, number: int) -> Tick:
        """A tick's sound; ticks are asked for in rising order, a late listener may repeat."""
        known = self._ticks.get(number)
        if known is not None:
            return known
        self._ticks[number] = tick = self._compute(number)
        self._ticks.pop(number - _KEPT_TICKS, None)
        self.speaking = tick.speaking
        return tick

    def _compute(self, number: int) -> Tick:
        heard = {}
        for who, sounds in self._sounds.items():
            chunk = _cut(sounds, number * TICK_SAMPLES)
            if chunk is not None:
                heard[who] = chunk
                self.samples_sent[who] = self.samples_sent.get(who, 0) + TICK_SAMPLES
        for who, chunk in heard.items():
            self._seat(who, float(np.sqrt(np.mean(chunk.astype(np.float32) ** 2))), number)
        lines = tuple(
            LineSound(
                _SILENCE if self.lines_silent else heard.get(place.who, _SILENCE),
                self.stream_ids.get(place.who, 0),
            )
            for place in self._places
        )
        mix = _SILENCE
        if heard:
            total = np.sum([chunk.astype(np.int32) for chunk in heard.values()], axis=0)
            mix = total.clip(-32768, 32767).astype(np.int16)
        return Tick(lines, mix, frozenset(heard))

    def _seat(self, who: str, level: float, number: int) -> None:
        """Finds a speaker a line: their own, a silent one, or that of a much quieter one."""
        for place in self._places:
            if place.who == who:
                place.level = 0.9 * place.level + 0.1 * level
                place.heard_tick = number
                return
        silent = [place for place in self._places if place.heard_tick < number - 1]
        if silent:
            place = min(silent, key=lambda candidate: candidate.heard_tick)
        else:
            place = min(self._places, key=lambda candidate: candidate.level)
            if level < _TAKEOVER * place.level:
                return
        place.who, place.level, place.heard_tick = who, level, number


def _cut(sounds: list[tuple[int, Pcm]], start: int) -> Pcm | None:
    """A participant's samples of one tick; None where nothing is being said."""
    parts = [(s, p) for s, p in sounds if s < start + TICK_SAMPLES and start < s + len(p)]
    if not parts:
        return None
    out = np.zeros(TICK_SAMPLES, np.int32)
    for begins, pcm in parts:
        left, right = max(start, begins), min(start + TICK_SAMPLES, begins + len(pcm))
        out[left - start : right - start] += pcm[left - begins : right - begins]
    return out.clip(-32768, 32767).astype(np.int16)
