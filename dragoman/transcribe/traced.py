"""A session's trace folder, to be heard again."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from pathlib import Path

from domain.audio import SAMPLE_RATE, Frame
from domain.errors import UsageError
from dragoman.hintfile import TimedHint, read_hints
from dragoman.transcribe.moments import Moment

_REMEDY = "Give the folder of the setting `measure`: it holds events.jsonl and track-*.pcm."


@dataclass(frozen=True, slots=True)
class _Track:
    name: str
    pcm: Path
    index: Path


class TracedSession:
    """The tracks of a trace folder; each frame arrives when it arrived in the session.

    Raises UsageError for a folder without sound.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}.", _REMEDY)
        self._began_s, names = _told(folder / "events.jsonl")
        self._tracks = [
            _Track(names.get(path.stem, path.stem), path, path.with_suffix(".idx"))
            for path in sorted(folder.glob("track-*.pcm"), key=lambda p: (len(p.name), p.name))
        ]
        if not any(track.index.is_file() for track in self._tracks):
            raise UsageError(f"{folder} holds no recorded sound.", _REMEDY)
        self.tracks = tuple(track.name for track in self._tracks)
        self.hints = self._hints()

    @property
    def length_s(self) -> float | None:
        """Until the last frame's arrival."""
        return max((_last_arrival(t.index) for t in self._tracks), default=0.0) - self._began_s

    def moments(self, step_s: float) -> AsyncGenerator[Moment, None]:
        """Frames by their arrival, in steps of equal length; some may be empty."""
        return in_steps([self._arrivals(track) for track in self._tracks], step_s)

    def findings(self) -> str:
        return ""

    def _arrivals(self, track: _Track) -> Iterator[tuple[float, Frame]]:
        last_s = 0.0
        with track.pcm.open("rb") as pcm, track.index.open(encoding="ascii") as index:
            for line in index:
                fields = line.split()
                if len(fields) != 3:
                    return
                start_s, arrived_s, samples = float(fields[0]), float(fields[1]), int(fields[2])
                sound = pcm.read(samples * 2)
                if len(sound) < samples * 2:
                    return
                last_s = max(last_s, arrived_s - self._began_s, start_s + samples / SAMPLE_RATE)
                yield last_s, Frame(track.name, start_s, sound)

    def _hints(self) -> list[TimedHint]:
        path = self.folder / "hints.jsonl"
        return read_hints(path) if path.is_file() else []


async def in_steps(
    tracks: Sequence[Iterator[tuple[float, Frame]]], step_s: float
) -> AsyncGenerator[Moment, None]:
    """The frames of all tracks by their arrival, in steps of equal length; some may be empty."""
    passed = 0
    arrivals = merge(*tracks, key=lambda arrival: arrival[0])
    for step, group in groupby(arrivals, key=lambda arrival: int(arrival[0] / step_s)):
        for empty in range(passed, step):
            yield Moment((empty + 1) * step_s, ())
        yield Moment((step + 1) * step_s, tuple(frame for _, frame in group))
        passed = step + 1


def _told(events: Path) -> tuple[float, dict[str, str]]:
    """The session's second 0 on its monotonic clock, and the tracks' names by file."""
    began_s, names = None, {}
    try:
        with events.open(encoding="utf-8") as file:
            for line in file:
                if '"event": "Clock"' in line:
                    began_s = float(json.loads(line)["began_monotonic_s"])
                elif '"event": "Track"' in line:
                    record = json.loads(line)
                    names[record["file"]] = record["track"]
    except OSError as error:
        raise UsageError(f"{events.parent} holds no events.jsonl.", _REMEDY) from error
    if began_s is None:
        raise UsageError(f"{events} does not tell when the meeting began.", _REMEDY)
    return began_s, names


def _last_arrival(index: Path) -> float:
    if not index.is_file():
        return 0.0
    with index.open("rb") as file:
        file.seek(max(0, index.stat().st_size - 400))
        lines = [line.split() for line in file.read().splitlines()]
    whole = [float(fields[1]) for fields in lines if len(fields) == 3]
    return whole[-1] if whole else 0.0
