"""Which of the three paths the sound is taken from: pure rules, all times meeting seconds.

- The first path that sounds is taken; a better one that never failed takes over at once. The
  sink, where chimes of the page are heard too, is taken first only after SINK_FIRST_S of sound.
- Meet says that somebody speaks (captions, lit tiles, loudness of the receivers) for PROOF_S,
  not sooner than LAG_S after the last sound of the path, and the path stays silent: that is the
  alarm. Somebody who speaks unheard raises it within ALARM_S. The path has failed then, and
  the best other one that sounded since takes over; where none did, the alarm stands.
- Back to a better path that failed: only after it sounded in BACK_SHARE of the seconds in which
  the present one did, over HOLD_S, which doubles with each failure of that path up to
  MOST_HOLD_S. So nothing flaps.
"""

from dataclasses import dataclass, field

RECEIVERS, MIXED, SINK = "receivers", "mix", "sink"
ORDER = (RECEIVERS, MIXED, SINK)
NONE = "none"

FLOOR_RMS = 0.001
"""Less is no sound: lines that nobody connected measure about 0.0004."""
LAG_S = 4.0
"""Captions of what was heard may be rewritten that long after it."""
PROOF_S = 1.5
ALARM_S = 8.0
MIX_GRACE_S = 1.5
"""The mix gets that long to sound before the sink is taken in place of the receivers."""
SINK_FIRST_S = 3.0
HOLD_S = 20.0
MOST_HOLD_S = 320.0
BACK_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Switch:
    """From one path to another."""

    was: str
    path: str
    reason: str
    since_s: float
    """What the new path heard from then on is to be used."""


@dataclass(slots=True)
class _Heard:
    last_s: float | None = None
    seconds: set[int] = field(default_factory=set)
    """Whole seconds in which it sounded, of the newest MOST_HOLD_S."""
    failures: int = 0

    def take(self, at_s: float) -> None:
        self.last_s = at_s if self.last_s is None else max(at_s, self.last_s)
        self.seconds.add(int(at_s))
        if len(self.seconds) > 2 * MOST_HOLD_S:
            oldest = at_s - MOST_HOLD_S
            self.seconds = {second for second in self.seconds if second >= oldest}

    def since(self, at_s: float) -> set[int]:
        return {second for second in self.seconds if second >= at_s}


class Paths:
    """Hears what each path gives and what Meet says, and chooses."""

    def __init__(self) -> None:
        self.path = NONE
        self.reason = ""
        self.switched_s = 0.0
        self.alarm_s: float | None = None
        """Since when people speak and no sound arrives; None: all is well."""
        self._heard = {path: _Heard() for path in ORDER}
        self._proof: list[float] = []

    def heard(self, path: str, at_s: float, rms: float) -> None:
        """Sound of a path, at its own loudness."""
        if rms < FLOOR_RMS:
            return
        self._heard[path].take(at_s)
        if path == self.path:
            self._proof = [s for s in self._proof if s > at_s + LAG_S]
            self.alarm_s = None

    def spoken(self, at_s: float) -> None:
        """Meet says that somebody else than the bot speaks."""
        last_s = self._heard[self.path].last_s if self.path != NONE else None
        if last_s is not None and at_s < last_s + LAG_S:
            return
        if self._proof and at_s - self._proof[-1] > LAG_S:
            self._proof.clear()
        self._proof.append(at_s)
        del self._proof[:-200]
        if self.alarm_s is None and at_s - self._proof[0] >= PROOF_S:
            self.alarm_s = self._proof[0]

    def calm(self) -> None:
        """What was missed so far counts no more."""
        self.alarm_s = None
        self._proof.clear()

    def look(self, now_s: float) -> Switch | None:
        """The switch that is due now."""
        found = self._first(now_s) if self.path == NONE else None
        found = found or self._rescue(now_s) or self._better(now_s)
        if found is not None:
            self.path, self.reason, self.switched_s = found.path, found.reason, now_s
            self.calm()
        return found

    def _first(self, now_s: float) -> Switch | None:
        for path in (RECEIVERS, MIXED):
            last_s = self._heard[path].last_s
            if last_s is not None:
                return Switch(NONE, path, "it sounds", last_s - 1)
        if len(self._heard[SINK].since(now_s - 2 * SINK_FIRST_S)) >= SINK_FIRST_S:
            return Switch(NONE, SINK, "only the sink sounds", now_s - 2 * SINK_FIRST_S)
        return None

    def _rescue(self, now_s: float) -> Switch | None:
        if self.alarm_s is None:
            return None
        silent_s = self.alarm_s - LAG_S
        for path in ORDER:
            last_s = self._heard[path].last_s
            if path == self.path or last_s is None or last_s < silent_s:
                continue
            if path == SINK and now_s - self.alarm_s < PROOF_S + MIX_GRACE_S:
                continue
            if self.path != NONE:
                self._heard[self.path].failures += 1
            reason = "people speak, but no sound arrives"
            return Switch(self.path, path, reason, silent_s)
        return None

    def _better(self, now_s: float) -> Switch | None:
        if self.path == NONE:
            return None
        here = self._heard[self.path]
        for path in ORDER[: ORDER.index(self.path)]:
            there = self._heard[path]
            if there.last_s is None or there.last_s < self.switched_s:
                continue
            if there.failures == 0:
                return Switch(self.path, path, "a better path sounds", now_s)
            hold_s = min(MOST_HOLD_S, HOLD_S * 2 ** (there.failures - 1))
            since_s = now_s - hold_s
            if since_s < self.switched_s:
                continue
            mine, its = here.since(since_s), there.since(since_s)
            if its and len(mine & its) >= BACK_SHARE * len(mine):
                return Switch(self.path, path, f"it has sounded again for {hold_s:g} s", now_s)
        return None
