"""Reads a session's trace of events back."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Revision:
    """One caption revision as it left the captioner. Times are machine-monotonic seconds."""

    at_s: float
    id: str
    revision: int
    speaker: str
    language: str
    words: tuple[str, ...]
    start_s: float
    end_s: float
    final: bool
    translations: dict[str, tuple[str, str]]
    """Language -> (state, text)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture update as it left for the camera."""

    at_s: float
    number: int
    captions: frozenset[tuple[str, int]]


@dataclass(slots=True)
class TraceFile:
    """What a session did, by the machine's monotonic clock."""

    began_s: float = 0.0
    revisions: list[Revision] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    lost_samples: int = 0
    notices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def finals(self) -> list[Revision]:
        """The last revision of every caption that became final, by start."""
        last = {r.id: r for r in sorted(self.revisions, key=lambda r: r.revision)}
        return sorted((r for r in last.values() if r.final), key=lambda r: r.start_s)


def read_trace(path: Path) -> TraceFile:
    """Parses an events.jsonl. A torn last line, as a kill leaves it, is passed over."""
    trace = TraceFile()
    for record in _records(path.read_text(encoding="utf-8").splitlines()):
        _READERS.get(record.get("event", ""), _ignore)(trace, record)
    return trace


def _records(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def _clock(trace: TraceFile, record: dict[str, Any]) -> None:
    trace.began_s = record["began_monotonic_s"]


def _caption(trace: TraceFile, record: dict[str, Any]) -> None:
    caption = record["caption"]
    trace.revisions.append(
        Revision(
            at_s=record["monotonic_s"],
            id=caption["id"],
            revision=caption["revision"],
            speaker=caption["speaker"],
            language=caption["language"],
            words=tuple(word["text"] for word in caption["words"]),
            start_s=caption["start_s"],
            end_s=caption["end_s"],
            final=caption["final"],
            translations={t["language"]: (t["state"], t["text"]) for t in caption["translations"]},
        )
    )


def _picture(trace: TraceFile, record: dict[str, Any]) -> None:
    captions = frozenset((key, revision) for key, revision in record["captions"])
    trace.shown.append(Shown(record["monotonic_s"], record["number"], captions))


def _stage(trace: TraceFile, record: dict[str, Any]) -> None:
    trace.stages.setdefault(record["stage"], []).append(record["seconds"])


def _gap(trace: TraceFile, record: dict[str, Any]) -> None:
    trace.lost_samples += record["samples"]


def _notice(trace: TraceFile, record: dict[str, Any]) -> None:
    trace.notices.append((record["kind"], record["text"]))


def _ignore(trace: TraceFile, record: dict[str, Any]) -> None:
    pass


_READERS = {
    "Clock": _clock,
    "CaptionRevised": _caption,
    "PictureShown": _picture,
    "StageTimed": _stage,
    "Gap": _gap,
    "Notice": _notice,
}
