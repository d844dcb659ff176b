"""A long meeting in which nothing breaks: what grows, what drifts, what is lost.

python -m benchmarks.soak [--minutes 240]

A server, a bot and the stand-in run on this machine; two people speak without end. Words come
from the site's captions, so that every line can be compared word for word; sound is captured,
and the picture sent, all the while.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.chaos import VOICES, Chaos
from benchmarks.said import fate, script
from dragoman.resume import CLOCK
from dragoman.settings import load_settings
from dragoman.store import Stores, open_stores
from standin.server import StandIn

EVERY_S = 15.0
WARM_S = 120.0
"""Memory of the first minutes is not counted into the slope."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look."""

    at_s: float
    python_mb: float
    browser_mb: float
    frames: int
    """Pictures that the other side has received."""


async def run(minutes: float, data: Path) -> dict[str, Any]:
    """The meeting and its figures."""
    settings = load_settings(
        None,
        {
            "data": data,
            "hearing": {"engine": "meet-captions", "languages": ("en",)},
            "bot": {"headless": True, "announce": False},
            "translation": {"targets": ("es",)},
        },
    )
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(StandIn(script(minutes), voices_cache=VOICES))
        stores = await stack.enter_async_context(open_stores(settings))
        meeting = Chaos(data, settings, site, stores)
        stack.push_async_callback(meeting.server.kill)
        await meeting.begin()
        samples = await _watch(meeting, site, minutes * 60)
        await meeting.finish()
        return await _report(meeting, stores, site, samples)


async def _watch(meeting: Chaos, site: StandIn, seconds: float) -> list[Sample]:
    samples, began = [], time.monotonic()
    while (at_s := time.monotonic() - began) < seconds:
        pid = await meeting.pid()
        python_mb, browser_mb = await asyncio.to_thread(_memory, pid)
        samples.append(Sample(at_s, python_mb, browser_mb, site.observer.frames_received))
        await asyncio.sleep(min(EVERY_S, max(0.1, seconds - at_s)))
    return samples


def _memory(pid: int) -> tuple[float, float]:
    """Megabytes that are a process's own, and those of all that it started."""
    own = _proportional(pid)
    return own, sum(_proportional(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listed.read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _proportional(pid: int) -> float:
    """Its share of what it holds, in megabytes; 0 for a process that is gone."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(row.split()[1]) / 1024 for row in told.splitlines() if row.startswith("Pss:"))


async def _report(
    meeting: Chaos, stores: Stores, site: StandIn, samples: Sequence[Sample]
) -> dict[str, Any]:
    facts = await stores.facts.facts(meeting.meeting_id)
    began_s = float(facts[CLOCK].split()[1])
    segments = await stores.transcripts.segments(meeting.meeting_id)
    gaps = await stores.facts.gaps(meeting.meeting_id)
    ended = site.journal.first("ended")
    over_s = ended.at_monotonic_s - 3.0 if ended else time.monotonic()
    lines = [line for line in site.journal.lines if line.end_monotonic_s < over_s]
    warm = [sample for sample in samples if sample.at_s >= WARM_S] or samples
    row = await meeting.meeting()
    return {
        "minutes": round(samples[-1].at_s / 60, 1),
        "state": row.state.value,
        "python_mb": [round(warm[0].python_mb), round(warm[-1].python_mb)],
        "browser_mb": [round(warm[0].browser_mb), round(warm[-1].browser_mb)],
        "python_mb_per_hour": _slope(warm, "python_mb"),
        "browser_mb_per_hour": _slope(warm, "browser_mb"),
        "fps": _fps(warm),
        "drift_ms": _drift(lines, began_s, segments),
        "gaps": [(round(g.start_s, 1), round(g.end_s, 1), g.reason) for g in gaps],
        "segments": len(segments),
        **asdict(fate(lines, began_s, segments, gaps)),
    }


def _slope(samples: Sequence[Sample], name: str) -> float | None:
    """Megabytes per hour, by least squares."""
    if len(samples) < 3:
        return None
    times = [sample.at_s / 3600 for sample in samples]
    return round(statistics.linear_regression(times, [getattr(s, name) for s in samples]).slope, 1)


def _fps(samples: Sequence[Sample]) -> float | None:
    seconds = samples[-1].at_s - samples[0].at_s
    return round((samples[-1].frames - samples[0].frames) / seconds, 2) if seconds else None


def _drift(lines: Sequence[Any], began_s: float, segments: Sequence[Any]) -> list[float] | None:
    """How far stored lines begin behind their sound, in the first and the last tenth."""
    late = []
    for line in lines:
        start_s = line.start_monotonic_s - began_s
        same = [s.start_s - start_s for s in segments if _alike(s.text, line.text)]
        late += same[:1]
    if len(late) < 20:
        return None
    tenth = len(late) // 10
    return [round(statistics.median(part) * 1000, 1) for part in (late[:tenth], late[-tenth:])]


def _alike(stored: str, said: str) -> bool:
    return stored.casefold().split()[:4] == said.casefold().split()[:4]


def main() -> int:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=240.0)
    parser.add_argument("--out", type=Path, help="folder for the report and the data")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dragoman-soak-") as scratch:
        folder = args.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(run(args.minutes, (folder / "data").absolute()))
        (folder / "soak.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    print(json.dumps(report, indent=2))
    return 0 if not (report["lost"] or report["doubled"]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
