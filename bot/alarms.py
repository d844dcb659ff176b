"""What is wrong with single tracks: sound that is cut off at full scale, sources that died."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.audio import Level

CLIPPED_PEAK = 0.999
CLIPPED_LEVELS = 3
"""So many of the newest WINDOW levels at full scale: the track clips."""
WINDOW = 10
CALM_S = 5.0
"""Without another sign for that long, an alarm is over."""
DEAD_S = 5.0
"""A track that gave blocks and gives none for that long, while the page tells other things, is
dead."""
MUTE_RMS = 0.0002
UNHEARD_S = 3.0
"""Meet tells loudness on a track for that long, and its samples are silence: it is dead."""
LOUD = 0.02

CLIPPING, DEAD = "clipping", "dead_source"


@dataclass(slots=True)
class _Track:
    last_s: float
    peaks: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    clipped_s: float | None = None
    sounded_s: float = 0.0
    told_loud_s: float | None = None
    silent: bool = False


class TrackAlarms:
    """Keeps the alarms of all tracks; `news` tells what began and ended."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}
        self._on: set[tuple[str, str]] = set()

    @property
    def on(self) -> tuple[tuple[str, str], ...]:
        """(kind, track) of the alarms that stand."""
        return tuple(sorted(self._on))

    def level(self, level: Level) -> None:
        """A track's loudness."""
        track = self._tracks.setdefault(level.track, _Track(level.at_s, sounded_s=level.at_s))
        track.last_s = level.at_s
        track.peaks.append(level.peak)
        if sum(peak >= CLIPPED_PEAK for peak in track.peaks) >= CLIPPED_LEVELS:
            track.clipped_s = level.at_s
        if level.rms >= MUTE_RMS:
            track.sounded_s = level.at_s
            track.told_loud_s = None

    def told(self, name: str, level: float, at_s: float) -> None:
        """Meet says how loud a track is."""
        track = self._tracks.get(name)
        if track is None or level < LOUD or at_s <= track.sounded_s + 1:
            return
        if track.told_loud_s is None:
            track.told_loud_s = at_s
        track.silent = at_s - track.told_loud_s >= UNHEARD_S

    def over(self, name: str) -> None:
        """A track has ended as it should."""
        self._tracks.pop(name, None)

    def forget(self) -> None:
        """Other tracks come in the place of all these."""
        self._tracks.clear()

    def news(self, page_s: float) -> Iterator[tuple[str, str, bool]]:
        """(kind, track, whether it stands now) of what has changed, by the page's newest word."""
        standing: set[tuple[str, str]] = set()
        for name, track in self._tracks.items():
            if track.clipped_s is not None and page_s - track.clipped_s < CALM_S:
                standing.add((CLIPPING, name))
            if track.told_loud_s is None:
                track.silent = False
            stopped = page_s - track.last_s > DEAD_S
            if stopped or track.silent:
                standing.add((DEAD, name))
        for kind, name in sorted(standing ^ self._on):
            yield kind, name, (kind, name) in standing
        self._on = standing
