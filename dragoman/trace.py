"""Traces for benchmarks: every event with its time, and the sound as it was placed."""

import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from domain.audio import Frame
from domain.clock import Clock
from domain.events import Event
from domain.hints import Hint
from dragoman.hintfile import TimedHint, to_line

log = logging.getLogger(__name__)


class TiedClock(Clock, Protocol):
    """A clock whose second 0 is known."""

    @property
    def began_monotonic_s(self) -> float: ...

    @property
    def began_at(self) -> datetime: ...


class Trace:
    """Writes events.jsonl (one event a line, with the monotonic time it came at), each track's
    frames as raw PCM beside an index of their start times, and hints.jsonl.

    An empty folder path switches it off. Used as a context manager; closes its files.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._events: IO[str] | None = None
        self._hints: IO[str] | None = None
        self._clock: Clock | None = None
        self._sound: dict[str, tuple[IO[bytes], IO[str]]] = {}

    def __enter__(self) -> "Trace":
        if self._folder is not None:
            self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            self._events = (self._folder / "events.jsonl").open("w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        files: list[IO[Any] | None] = [self._events, self._hints]
        files += [file for pair in self._sound.values() for file in pair]
        self._events = self._hints = None
        self._sound.clear()
        for file in files:
            try:
                if file is not None:
                    file.close()
            except OSError as error:
                self._give_up(error)

    def clock(self, clock: TiedClock) -> None:
        """Notes where the meeting's second 0 lies on the monotonic and on the wall clock."""
        self._clock = clock
        self._line(
            {
                "event": "Clock",
                "began_monotonic_s": clock.began_monotonic_s,
                "began_at": clock.began_at.isoformat(),
            }
        )

    def event(self, event: Event) -> None:
        """Notes an event."""
        if self._events is not None:
            self._line({"event": type(event).__name__, **_plain(event)})

    async def frames(self, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
        """Passes frames on and keeps a copy."""
        async for frame in frames:
            if self._folder is not None:
                try:
                    self._keep(frame)
                except OSError as error:
                    self._give_up(error)
            yield frame

    async def hints(self, hints: AsyncIterator[Hint]) -> AsyncIterator[Hint]:
        """Passes hints on and keeps a copy."""
        async for hint in hints:
            if self._folder is not None and self._clock is not None:
                try:
                    self._keep_hint(self._folder, hint, self._clock.now_s())
                except OSError as error:
                    self._give_up(error)
            yield hint

    def _keep_hint(self, folder: Path, hint: Hint, now_s: float) -> None:
        self._hints = self._hints or _new(folder / "hints.jsonl")
        came_s = round(max(hint.at_s, now_s), 3)
        self._hints.write(to_line(TimedHint(hint, came_s)) + "\n")

    def _give_up(self, error: OSError) -> None:
        """The meeting matters more than its trace: a full disk ends the trace only."""
        if self._folder is not None:
            log.warning("the trace ends here: %s", error.strerror)
            self._folder = None

    def _line(self, record: dict[str, Any]) -> None:
        if self._events is None or self._folder is None:
            return
        record["monotonic_s"] = round(time.monotonic(), 6)
        try:
            self._events.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
        except OSError as error:
            self._give_up(error)

    def _keep(self, frame: Frame) -> None:
        assert self._folder is not None
        if frame.track not in self._sound:
            number = len(self._sound)
            stem = self._folder / f"track-{number}"
            self._line({"event": "Track", "file": stem.name, "track": frame.track})
            self._sound[frame.track] = (
                stem.with_suffix(".pcm").open("wb"),
                stem.with_suffix(".idx").open("w", encoding="ascii"),
            )
        pcm, index = self._sound[frame.track]
        pcm.write(frame.pcm)
        index.write(f"{frame.start_s:.6f} {time.monotonic():.6f} {len(frame.pcm) // 2}\n")


def _new(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8")


def _plain(event: Event) -> dict[str, Any]:
    assert is_dataclass(event)
    return {key: _value(value) for key, value in asdict(event).items()}


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
