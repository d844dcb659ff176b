"""Collects what the stand-in knows and what the bot traced, on one clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from domain.errors import DragomanError
from domain.meetings import Meeting
from dragoman.demo.report import Evidence
from dragoman.demo.usage import Usage
from dragoman.measure.sound import SentLine
from dragoman.measure.tracefile import TraceFile, read_trace
from dragoman.measure.words import Spoken
from dragoman.store import Stores
from standin.journal import Journal
from standin.server import StandIn
from standin.voices import Spoken as SpokenSound


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen beside the bot's own trace."""

    site: StandIn
    sounds: Sequence[SpokenSound]
    traces: Path
    usage: Usage


async def gather(meeting: Meeting, stores: Stores, observed: Observed) -> Evidence:
    """Everything that the report is computed from. Raises DragomanError without a trace."""
    journal, usage = observed.site.journal, observed.usage
    trace = await asyncio.to_thread(_trace, observed.traces)
    stored = await stores.meetings.get(meeting.id)
    segments = await stores.transcripts.segments(meeting.id)
    stay_s = _stay_s(stored or meeting)
    frames = tuple(observed.site.observer.stamps)
    await asyncio.to_thread(_keep_frames, frames, observed.traces / "frames.txt")
    return Evidence(
        spoken=spoken_words(journal),
        sent=await asyncio.to_thread(sent_lines, journal, observed.sounds),
        frames=frames,
        trace=trace,
        trace_folder=observed.traces,
        meeting=stored or meeting,
        segments=len(segments),
        memory_mb=usage.peak_mb or None,
        cpu_share=round(usage.cpu_s / stay_s, 3) if stay_s else None,
    )


def _stay_s(meeting: Meeting) -> float | None:
    """From the admission to the last step; None for a bot that never got in."""
    if meeting.began_at is None or not meeting.changes:
        return None
    return (meeting.changes[-1].at - meeting.began_at).total_seconds() or None


def _trace(folder: Path) -> TraceFile:
    try:
        return read_trace(folder / "events.jsonl")
    except FileNotFoundError as error:
        raise DragomanError(
            "The bot left no trace: it did not start.", f"See the logs beside {folder}."
        ) from error


def _keep_frames(frames: Sequence[tuple[float, int | None]], path: Path) -> None:
    lines = [f"{at_s:.6f} {'' if number is None else number}\n" for at_s, number in frames]
    path.write_text("".join(lines), encoding="ascii")


def spoken_words(journal: Journal) -> list[Spoken]:
    """Every scripted word that was spoken, with its speaker and the end of its sound."""
    return [
        Spoken(line.name, word.text, word.end_monotonic_s)
        for line in journal.lines
        for word in line.words
    ]


def sent_lines(journal: Journal, sounds: Sequence[SpokenSound]) -> list[SentLine]:
    """Every line's sound at 16 kHz with the moment at which it began."""
    by_text = {sound.line.text: sound.pcm for sound in sounds}
    return [
        SentLine(
            resample_poly(by_text[line.text].astype(np.float32) / 32768, 1, 3).astype(np.float32),
            line.start_monotonic_s,
        )
        for line in journal.lines
        if line.text in by_text
    ]
