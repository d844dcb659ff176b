"""The voices of one track while it is heard: labels that stay, pieces that may still change."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from domain.speakers import Turn, Voiceprint
from pipeline.diarization.cluster import centroids, group
from pipeline.diarization.names import recognised
from pipeline.diarization.spectra import Floats
from pipeline.diarization.vectors import Rules, unit

JOIN_S = 0.5
"""Pieces of one voice with a shorter pause between them are one turn."""
_CLEAR_S = 0.25
"""Least length of a piece that has no vector and still goes to the voice before it."""


@dataclass(slots=True)
class Heard:
    """A piece of speech with the voice that it is taken for."""

    start_s: float
    end_s: float
    vector: Floats | None
    label: str = ""
    confidence: float = 0.0
    settled: bool = False
    """Whether it is near its voice, or was grouped with it; others may claim no label."""

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(slots=True)
class _Voice:
    old: Floats
    """Sum of the vectors that are too old to change."""
    old_s: float = 0.0
    name: str = ""
    sums: Floats = field(init=False)
    speech_s: float = 0.0

    def __post_init__(self) -> None:
        self.sums = self.old.copy()

    @property
    def centre(self) -> Floats:
        return unit(self.sums)


class Voices:
    """Gives each piece a label at once, and thinks again about the last `window_s`.

    A label stands for one voice for ever; a voice that turns out to be another's gives its
    pieces to the older label and is not used again.
    """

    def __init__(
        self,
        rules: Rules,
        people: Sequence[Voiceprint] = (),
        window_s: float = 120.0,
        most: int = 20,
    ) -> None:
        self._rules = rules
        self._people = people
        self._window_s = window_s
        self._most = most
        self._voices: dict[str, _Voice] = {}
        self._pieces: list[Heard] = []
        self._past: list[Turn] = []

    def add(self, piece: Heard) -> None:
        """Takes a piece, in order of time."""
        if piece.vector is None:
            last = self._pieces[-1] if self._pieces else None
            if last and piece.length_s >= _CLEAR_S and piece.start_s - last.end_s < 1.0:
                piece.label = last.label
                self._pieces.append(piece)
            return
        label, distance = self._nearest(piece.vector)
        if not label:
            label = self._new(len(piece.vector))
        piece.label = label
        self._pieces.append(piece)
        piece.settled = distance <= self._rules.update or self._voices[label].speech_s == 0
        if piece.settled:
            self._voices[label].sums += piece.vector * piece.length_s
            self._voices[label].speech_s += piece.length_s
        self._rate([piece])

    def reconsider(self) -> None:
        """Groups the pieces of the window anew; labels follow the groups."""
        self._retire()
        clear = [piece for piece in self._pieces if piece.vector is not None]
        vectors = [piece.vector for piece in clear if piece.vector is not None]
        if not vectors:
            return
        seconds = [piece.length_s for piece in clear]
        groups = group(vectors, seconds, self._rules)
        labels = self._labels(clear, groups, centroids(vectors, seconds, groups))
        for piece, number in zip(clear, groups, strict=True):
            piece.label, piece.settled = labels[number], True
        self._follow()
        self._sum_up(clear)
        self._rate(clear)
        self._recognise()

    def turns(self) -> list[Turn]:
        """Every turn so far as it stands now, in order."""
        named = [
            t
            if t.name == self._voices[t.label].name
            else Turn(t.label, t.start_s, t.end_s, t.confidence, self._voices[t.label].name)
            for t in self._past
        ]
        return [*named, *joined([p for p in self._pieces if p.label], self._names())]

    def _names(self) -> dict[str, str]:
        return {label: voice.name for label, voice in self._voices.items()}

    def _nearest(self, vector: Floats) -> tuple[str, float]:
        """The voice of a piece and its distance; no voice where there is none yet."""
        spoken = [(1 - float(v.centre @ vector), k) for k, v in self._voices.items() if v.speech_s]
        distance, label = min(spoken, default=(2.0, ""))
        return label, distance

    def _new(self, size: int) -> str:
        label = f"voice {len(self._voices) + 1}"
        self._voices[label] = _Voice(np.zeros(size, dtype=np.float32))
        return label

    def _labels(
        self, pieces: Sequence[Heard], groups: Sequence[int], centres: dict[int, Floats]
    ) -> dict[int, str]:
        """A label per group: the one that most of its settled speech had, else a known voice
        that is near, else a new one."""
        known = list(self._voices)
        shares = np.zeros((len(centres), len(known)))
        for piece, number in zip(pieces, groups, strict=True):
            if piece.settled:
                shares[number, known.index(piece.label)] += piece.length_s
        rows, columns = linear_sum_assignment(-shares)
        labels = {int(r): known[c] for r, c in zip(rows, columns, strict=True) if shares[r, c] > 0}
        for number in sorted(set(centres) - set(labels)):
            labels[number] = self._known_or_new(centres[number], set(labels.values()))
        return labels

    def _known_or_new(self, centre: Floats, taken: set[str]) -> str:
        away = [
            (1 - float(unit(voice.old) @ centre), label)
            for label, voice in self._voices.items()
            if label not in taken and voice.old_s > 0
        ]
        distance, label = min(away, default=(2.0, ""))
        if distance <= self._rules.assign:
            return label
        if len(self._voices) >= self._most:
            everyone = [(1 - float(v.centre @ centre), k) for k, v in self._voices.items()]
            return min(everyone)[1]
        return self._new(len(centre))

    def _follow(self) -> None:
        """Pieces without a vector go with the one before them."""
        for before, piece in zip(self._pieces, self._pieces[1:], strict=False):
            if piece.vector is None:
                piece.label = before.label

    def _sum_up(self, pieces: Sequence[Heard]) -> None:
        for voice in self._voices.values():
            voice.sums, voice.speech_s = voice.old.copy(), voice.old_s
        for piece in pieces:
            if piece.vector is not None:
                self._voices[piece.label].sums += piece.vector * piece.length_s
                self._voices[piece.label].speech_s += piece.length_s

    def _rate(self, pieces: Sequence[Heard]) -> None:
        """How much nearer a piece is to its voice than to the next one, 0..1."""
        centres = {k: v.centre for k, v in self._voices.items() if v.speech_s}
        for piece in pieces:
            if piece.vector is None or piece.label not in centres:
                continue
            own = 1 - float(centres[piece.label] @ piece.vector)
            others = [1 - float(c @ piece.vector) for k, c in centres.items() if k != piece.label]
            next_one = min([*others, 2 * self._rules.split])
            lead = (next_one - own) / max(next_one, 1e-6)
            piece.confidence = round(min(1.0, max(0.0, lead)), 1)

    def _recognise(self) -> None:
        heard = {k: (v.centre, v.speech_s) for k, v in self._voices.items() if v.speech_s}
        names = recognised(heard, self._people, self._rules)
        for label, voice in self._voices.items():
            voice.name = names.get(label, "")

    def _retire(self) -> None:
        """Fixes what has left the window."""
        if not self._pieces:
            return
        edge_s = self._pieces[-1].end_s - self._window_s
        count = sum(piece.end_s <= edge_s for piece in self._pieces)
        longest = sum(piece.end_s <= edge_s - 2 * self._window_s for piece in self._pieces)
        while count > longest and _one_turn(self._pieces[count - 1], self._pieces[count]):
            count -= 1
        old, self._pieces = self._pieces[:count], self._pieces[count:]
        for piece in old:
            if piece.vector is not None:
                voice = self._voices[piece.label]
                voice.old = voice.old + piece.vector * piece.length_s
                voice.old_s += piece.length_s
        self._past += joined([piece for piece in old if piece.label], self._names())


def _one_turn(one: Heard, other: Heard) -> bool:
    return one.label == other.label and other.start_s - one.end_s <= JOIN_S


def joined(pieces: Sequence[Heard], names: dict[str, str]) -> list[Turn]:
    """Turns of pieces in order; pieces of one voice that follow each other closely are one."""
    turns: list[Turn] = []
    weight = 0.0
    for piece in pieces:
        last = turns[-1] if turns else None
        if last and last.label == piece.label and piece.start_s - last.end_s <= JOIN_S:
            total = weight + piece.length_s
            sure = (last.confidence * weight + piece.confidence * piece.length_s) / total
            turns[-1] = Turn(last.label, last.start_s, piece.end_s, sure, last.name)
            weight = total
        else:
            name = names.get(piece.label, "")
            turns.append(Turn(piece.label, piece.start_s, piece.end_s, piece.confidence, name))
            weight = piece.length_s
    return [Turn(t.label, t.start_s, t.end_s, round(t.confidence, 1), t.name) for t in turns]
