"""What a diarizer said so far of one stream of sound."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from domain.speakers import Turn
from pipeline.timeline import Change

KEEP_S = 300.0
_FLICKER_S = 0.3
_NEAR_S = 0.5

Span = tuple[float, float]


class Turns:
    """Turns in order of their start; a turn replaces those of its label that it overlaps."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._starts: list[float] = []
        self._longest_s = 0.0
        self._first_s: dict[str, float] = {}
        self._names: dict[str, tuple[str, float]] = {}
        self.frontier_s = float("-inf")
        """Nothing is known of later sound."""

    def take(self, turns: Iterable[Turn]) -> None:
        """Takes turns that are new or have changed."""
        for turn in turns:
            kept = [t for t in self._turns if t.label != turn.label or not _meet(t, turn)]
            self._turns = [*kept, turn] if turn.end_s > turn.start_s else kept
            self._first_s.setdefault(turn.label, turn.start_s)
            if turn.name:
                self._names[turn.label] = (turn.name, turn.confidence)
            self.frontier_s = max(self.frontier_s, turn.end_s)
        self._turns = [t for t in self._turns if t.end_s > self.frontier_s - KEEP_S]
        self._turns.sort(key=lambda t: (t.start_s, t.end_s))
        self._starts = [turn.start_s for turn in self._turns]
        self._longest_s = max((t.end_s - t.start_s for t in self._turns), default=0.0)

    def labels(self) -> list[str]:
        """Every voice so far, in the order in which they were first heard."""
        return sorted(self._first_s, key=lambda label: self._first_s[label])

    def enrolled(self, label: str) -> tuple[str, float]:
        """The name of an enrolled voice with its confidence; no name for a stranger."""
        return self._names.get(label, ("", 0.0))

    def spans(self) -> dict[str, list[Span]]:
        """When each voice spoke of late."""
        raw: dict[str, list[Span]] = {}
        for turn in self._turns:
            raw.setdefault(turn.label, []).append((turn.start_s, turn.end_s))
        return {label: merged(spans) for label, spans in raw.items()}

    def share(self, start_s: float, end_s: float) -> dict[str, float]:
        """Seconds per voice between two moments."""
        shares: dict[str, float] = {}
        first = bisect_left(self._starts, start_s - self._longest_s)
        for turn in self._turns[first : bisect_left(self._starts, end_s)]:
            seconds = min(turn.end_s, end_s) - max(turn.start_s, start_s)
            if seconds > 0:
                shares[turn.label] = shares.get(turn.label, 0.0) + seconds
        return shares

    def at(self, start_s: float, end_s: float) -> str:
        """The voice with the greatest share of a word; where two have the same, who began first.
        Without any, the nearest voice; empty where none is near."""
        shares = self.share(start_s, end_s)
        if shares:
            top = max(shares.values())
            return next(label for label, seconds in shares.items() if seconds >= top - 1e-6)
        apart = [(max(t.start_s - end_s, start_s - t.end_s), t.label) for t in self._turns]
        near_s, label = min(apart, default=(float("inf"), ""))
        return label if near_s <= _NEAR_S else ""

    def leaders(self) -> list[Turn]:
        """Who has the floor: turns that take over; what others say meanwhile is left out."""
        line: list[Turn] = []
        for turn in self._turns:
            if turn.end_s - turn.start_s < _FLICKER_S:
                continue
            if line and turn.end_s <= line[-1].end_s:
                continue
            line.append(turn)
        return line

    def change(self, after_s: float, until_s: float) -> Change | None:
        """The first time between two moments that another voice takes the floor."""
        line = self.leaders()
        for old, new in zip(line, line[1:], strict=False):
            at_s = max(new.start_s, old.end_s if old.end_s < new.end_s else new.start_s)
            if old.label != new.label and after_s < at_s <= until_s:
                return Change(at_s, old.label, new.label, confirmed=True)
        return None


def merged(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, those that touch as one."""
    line: list[Span] = []
    for start_s, end_s in sorted(spans):
        if line and start_s <= line[-1][1]:
            line[-1] = (line[-1][0], max(line[-1][1], end_s))
        else:
            line.append((start_s, end_s))
    return line


def overlap(spans: Sequence[Span], start_s: float, end_s: float) -> float:
    """Seconds of ordered spans between two moments."""
    total_s = 0.0
    for begin, end in spans:
        if begin >= end_s:
            break
        total_s += max(0.0, min(end, end_s) - max(begin, start_s))
    return total_s


def _meet(one: Turn, other: Turn) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s
