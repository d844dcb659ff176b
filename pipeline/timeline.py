"""Whom each track carries, moment by moment."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

_KEEP_S = 180.0


@dataclass(frozen=True, slots=True)
class Change:
    """Another participant took over a track."""

    at_s: float
    before: str
    after: str
    confirmed: bool
    """Held long enough to be no flicker."""


class Timeline:
    """Who was named at which moment, per track; names hold until the next one."""

    def __init__(self, hold_s: float = 0.15, quiet_hold_s: float = 0.35) -> None:
        self._hold_s = hold_s
        self._quiet_hold_s = quiet_hold_s
        self._times: dict[str, list[float]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._last_s: dict[str, float] = {}

    def knows(self, track: str) -> bool:
        """Whether anything was ever said of a track."""
        return track in self._last_s

    def note(self, track: str, participant_id: str, at_s: float) -> None:
        """A track carries a participant at a moment; moments may come slightly out of order."""
        times, names = self._times[track], self._names[track]
        place = bisect_right(times, at_s)
        self._last_s[track] = max(at_s, self._last_s.get(track, at_s))
        if place and names[place - 1] == participant_id:
            return
        if place < len(names) and names[place] == participant_id:
            times[place] = at_s
            return
        times.insert(place, at_s)
        names.insert(place, participant_id)
        while len(times) > 1 and times[1] < at_s - _KEEP_S:
            del times[0], names[0]

    def at(self, track: str, at_s: float) -> str:
        """Who was named last before a moment; the first one known reaches back."""
        times, names = self._times.get(track, []), self._names.get(track, [])
        return names[max(0, bisect_right(times, at_s) - 1)] if names else ""

    def share(self, track: str, start_s: float, end_s: float) -> dict[str, float]:
        """Seconds per participant of a span; the first one known reaches back to the start."""
        times, names = self._times.get(track, []), self._names.get(track, [])
        shares: dict[str, float] = defaultdict(float)
        for index, name in enumerate(names):
            begin = start_s if index == 0 else max(times[index], start_s)
            end = times[index + 1] if index + 1 < len(times) else end_s
            if min(end, end_s) > begin:
                shares[name] += min(end, end_s) - begin
        return dict(shares)

    def change(self, track: str, after_s: float, until_s: float, heard_s: float) -> Change | None:
        """The first change between two moments; `heard_s` is how far the track's sound is.

        Names that hold too briefly are flicker: who was there before goes on.
        """
        times, names = self._times.get(track, []), self._names.get(track, [])
        steady = ""
        for index, (at_s, name) in enumerate(zip(times, names, strict=True)):
            if at_s > until_s:
                return None
            if name in ("", steady):
                continue
            last = index + 1 == len(times)
            if not last and times[index + 1] - at_s < self._hold_s:
                continue
            if steady and at_s > after_s:
                told_s = self._last_s[track] if last else times[index + 1]
                held = told_s - at_s >= self._hold_s or heard_s - at_s >= self._quiet_hold_s
                return Change(at_s, steady, name, held)
            steady = name
        return None
