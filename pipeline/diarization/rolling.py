"""Voices of a rolling window: local speakers of each window get labels that stay."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from domain.speakers import Turn, Voiceprint
from pipeline.diarization.names import recognised
from pipeline.diarization.spectra import Floats
from pipeline.diarization.vectors import Rules, unit

ACTIVE_S = 0.25
"""Least speech of a local speaker that counts."""
_UPDATE_S = 1.0
_JOIN_S = 0.3
_OVERLAP_BONUS = 0.3
"""How much further a voice may be that already had the speech of the window."""
_FORBIDDEN = 1e3


@dataclass(frozen=True, slots=True)
class Window:
    """What a model hears in one window."""

    start_s: float
    end_s: float
    active: NDArray[np.bool_]
    """(frames, local speakers); several may speak at once."""
    vectors: Floats
    """(local speakers, size) of unit length; zeros where a speaker has none."""

    @property
    def frame_s(self) -> float:
        return (self.end_s - self.start_s) / max(1, len(self.active))

    def seconds(self, speaker: int, from_s: float | None = None) -> float:
        """How long a local speaker speaks, from a moment on."""
        first = 0 if from_s is None else max(0, round((from_s - self.start_s) / self.frame_s))
        return float(self.active[first:, speaker].sum()) * self.frame_s

    def frames_of(self, turns: Sequence[Turn]) -> NDArray[np.bool_]:
        """The frames that turns cover."""
        covered = np.zeros(len(self.active), dtype=np.bool_)
        for turn in turns:
            first = max(0, round((turn.start_s - self.start_s) / self.frame_s))
            last = max(0, round((turn.end_s - self.start_s) / self.frame_s))
            covered[first:last] = True
        return covered


@dataclass(slots=True)
class _Voice:
    sums: Floats
    speech_s: float = 0.0
    name: str = ""
    turns: list[Turn] = field(default_factory=list)


class Rolling:
    """Joins windows that overlap.

    Local speakers are matched with known voices by likeness and by who had the same speech
    in the windows before; two local speakers are never one voice. Of each window only what
    follows the last one is given out.
    """

    def __init__(self, rules: Rules, people: Sequence[Voiceprint] = (), most: int = 20) -> None:
        self._rules = rules
        self._people = people
        self._most = most
        self._voices: dict[str, _Voice] = {}
        self._frontier_s = float("-inf")

    def take(self, window: Window, until_s: float) -> None:
        """Gives labels to the speech between the last frontier and `until_s`."""
        from_s = max(self._frontier_s, window.start_s)
        speakers = [
            k
            for k in range(window.active.shape[1])
            if window.seconds(k) >= ACTIVE_S and window.vectors[k].any()
        ]
        for speaker, (label, sure) in self._match(window, speakers).items():
            voice = self._voices[label]
            new_s = window.seconds(speaker, from_s)
            if new_s > 0 and window.seconds(speaker) >= _UPDATE_S:
                voice.sums += window.vectors[speaker] * new_s
            voice.speech_s += new_s
            self._extend(label, sure, window, speaker, (from_s, until_s))
        self._frontier_s = max(self._frontier_s, until_s)
        self._recognise()

    def turns(self) -> list[Turn]:
        """Every turn so far, in order."""
        found = [turn for voice in self._voices.values() for turn in voice.turns]
        return sorted(found, key=lambda turn: (turn.start_s, turn.end_s, turn.label))

    def _match(self, window: Window, speakers: Sequence[int]) -> dict[int, tuple[str, float]]:
        """A label and a confidence per local speaker; short strangers get none."""
        known = list(self._voices)
        distances = np.array(
            [[self._distance(label, window.vectors[k]) for label in known] for k in speakers]
        ).reshape(len(speakers), len(known))
        costs = np.full(distances.shape, _FORBIDDEN)
        for row, speaker in enumerate(speakers):
            own_s = window.seconds(speaker)
            for column, label in enumerate(known):
                had = window.frames_of(self._recent(label, window.start_s))
                shared_s = float((had & window.active[:, speaker]).sum()) * window.frame_s
                bonus = _OVERLAP_BONUS * min(1.0, shared_s / own_s)
                if distances[row, column] <= self._rules.assign + bonus:
                    costs[row, column] = distances[row, column] - bonus
        found: dict[int, tuple[str, float]] = {}
        for row, column in zip(*linear_sum_assignment(costs), strict=True):
            if costs[row, column] < _FORBIDDEN:
                found[speakers[row]] = (known[column], _sure(distances[row], column))
        for speaker in speakers:
            long = window.seconds(speaker) >= self._rules.new_s
            if speaker not in found and long and len(self._voices) < self._most:
                found[speaker] = (self._new(window.vectors[speaker]), 0.5)
        return found

    def _distance(self, label: str, vector: Floats) -> float:
        return 1 - float(unit(self._voices[label].sums) @ vector)

    def _recent(self, label: str, since_s: float) -> list[Turn]:
        return [turn for turn in self._voices[label].turns if turn.end_s > since_s]

    def _new(self, vector: Floats) -> str:
        label = f"voice {len(self._voices) + 1}"
        self._voices[label] = _Voice(vector * np.float32(1e-3))
        return label

    def _extend(
        self, label: str, sure: float, window: Window, speaker: int, region: tuple[float, float]
    ) -> None:
        voice = self._voices[label]
        for begin_s, end_s in _spans(window, speaker, region):
            last = voice.turns[-1] if voice.turns else None
            if last and begin_s - last.end_s <= _JOIN_S:
                voice.turns[-1] = Turn(label, last.start_s, end_s, min(last.confidence, sure))
            else:
                voice.turns.append(Turn(label, begin_s, end_s, sure))
            latest = voice.turns[-1]
            voice.turns[-1] = Turn(
                label, latest.start_s, latest.end_s, latest.confidence, voice.name
            )

    def _recognise(self) -> None:
        heard = {k: (unit(v.sums), v.speech_s) for k, v in self._voices.items()}
        names = recognised(heard, self._people, self._rules)
        for label, voice in self._voices.items():
            if voice.name != names.get(label, ""):
                voice.name = names.get(label, "")
                voice.turns = [
                    Turn(t.label, t.start_s, t.end_s, t.confidence, voice.name) for t in voice.turns
                ]


def _sure(distances: NDArray[np.float64], column: int) -> float:
    """How much nearer the chosen voice is than the next, 0..1."""
    others = [d for i, d in enumerate(distances) if i != column]
    next_one = max(min([*others, 1.0]), 1e-6)
    lead = float((next_one - distances[column]) / next_one)
    return round(min(1.0, max(0.0, lead)), 1)


def _spans(window: Window, speaker: int, region: tuple[float, float]) -> list[tuple[float, float]]:
    """When a local speaker speaks within a region."""
    edges = np.flatnonzero(np.diff(np.pad(window.active[:, speaker].astype(np.int8), 1)))
    spans = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        begin_s = max(region[0], window.start_s + int(first) * window.frame_s)
        end_s = min(region[1], window.start_s + int(last) * window.frame_s)
        if end_s - begin_s >= window.frame_s:
            spans.append((begin_s, end_s))
    return spans
