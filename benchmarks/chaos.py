"""Breaks parts of a running meeting at random moments and checks what became of its words.

python -m benchmarks.chaos [--seed 1] [--times 20] [--kinds renderer,browser,bot,server,database]

A server, a bot and the stand-in run on this machine; two people speak without end. The seed
decides what breaks when. Words come from the site's captions, which the stand-in makes without
errors, so that every line can be compared word for word.
"""

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.faults import (
    KINDS,
    LOCKED_S,
    Server,
    bot_pid,
    browser_processes,
    leftovers,
    lock_database,
    signal_all,
)
from benchmarks.said import fate, script
from domain.links import parse_link
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange
from dragoman.meeting_row import new_meeting
from dragoman.resume import CLOCK
from dragoman.settings import Settings, load_settings
from dragoman.settings_file import write_settings
from dragoman.store import Stores, open_stores
from standin.server import StandIn

STEADY_S = (18.0, 26.0)
"""Between the return from one fault and the next one."""
PATIENCE_S = 90.0
VOICES = Path("~/.cache/dragoman/voices").expanduser()


@dataclass(frozen=True, slots=True)
class Broken:
    """One fault and what came of it."""

    kind: str
    at_s: float
    """Seconds since the first admission."""
    back_s: float | None
    """Until the bot was in the meeting again, or the server served again; None: never."""


class Chaos:
    """One meeting on an installation of its own."""

    def __init__(self, data: Path, settings: Settings, site: StandIn, stores: Stores) -> None:
        self.server = Server(write_settings(settings, data / "dragoman.toml"), site.url)
        self.pids: set[int] = set()
        self._settings = settings
        self._site = site
        self._stores = stores
        self.meeting_id = ""

    async def begin(self) -> None:
        """Invites a bot and waits until it is in the meeting."""
        await self.server.start()
        link = parse_link(self._site.link, self._site.url)
        meeting = new_meeting(link.short, link.code, self._settings)
        step = StateChange(MeetingState.QUEUED, Reason.ASKED, meeting.created_at)
        await self._stores.meetings.create(replace(meeting, state=step.state, changes=(step,)))
        self.meeting_id = meeting.id
        if await self._in_since(meeting.created_at) is None:
            raise RuntimeError("the bot did not get in")
        await self.pid()

    async def meeting(self) -> Meeting:
        """The row."""
        found = await self._stores.meetings.get(self.meeting_id)
        assert found is not None
        return found

    async def pid(self) -> int:
        """The bot's process."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await bot_pid(self._stores, self.meeting_id)
                if found is not None:
                    self.pids.add(found)
                    return found
                await asyncio.sleep(0.1)

    async def fault(self, kind: str) -> float | None:
        """Breaks something; seconds until it was whole again."""
        began, at = time.monotonic(), datetime.now(UTC)
        if kind == "server":
            await self.server.kill()
            await self.server.start()
            return time.monotonic() - began
        if kind == "database":
            [path] = self._settings.data_dir.glob("*.db")
            await asyncio.to_thread(lock_database, path, LOCKED_S)
            return time.monotonic() - began
        pid = await self.pid()
        targets = {
            "bot": [pid],
            "browser": browser_processes(pid),
            "renderer": browser_processes(pid, "renderer"),
            "frozen": browser_processes(pid, "renderer"),
        }[kind]
        number = signal.SIGSTOP if kind == "frozen" else signal.SIGKILL
        if not signal_all(targets, number):
            raise RuntimeError(f"nothing to kill: {kind}")
        back = await self._in_since(at)
        await self.pid()
        return None if back is None else (back - at) / timedelta(seconds=1)

    async def finish(self) -> None:
        """The host ends the meeting; the bot leaves, the server goes on."""
        await self._site.end_for_everyone()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                over = (await self.meeting()).state in ENDINGS
                if over and await bot_pid(self._stores, self.meeting_id) is None:
                    return
                await asyncio.sleep(0.2)

    async def _in_since(self, at: datetime) -> datetime | None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for change in (await self.meeting()).changes:
                if change.state is MeetingState.IN_MEETING and change.at > at:
                    return change.at
                if change.state in ENDINGS:
                    return None
            await asyncio.sleep(0.1)
        return None


async def run(seed: int, times: int, kinds: Sequence[str], data: Path) -> dict[str, Any]:
    """The faults one after the other, and the comparison at the end."""
    dice = random.Random(seed)
    settings = load_settings(
        None,
        {
            "data": data,
            "hearing": {"engine": "meet-captions", "languages": ("en",)},
            "bot": {"headless": True, "announce": False},
            "translation": {"targets": ()},
        },
    )
    async with AsyncExitStack() as stack:
        minutes = (times * (STEADY_S[1] + 20) + 60) / 60
        site = await stack.enter_async_context(StandIn(script(minutes), voices_cache=VOICES))
        stores = await stack.enter_async_context(open_stores(settings))
        chaos = Chaos(data, settings, site, stores)
        stack.push_async_callback(chaos.server.kill)
        await chaos.begin()
        broken = []
        bag: list[str] = []
        for _ in range(times):
            await asyncio.sleep(dice.uniform(*STEADY_S))
            bag = bag or dice.sample(list(kinds), len(kinds))
            kind = bag.pop()
            at_s = time.monotonic() - (site.journal.zero_monotonic_s or 0.0)
            broken.append(Broken(kind, at_s, await chaos.fault(kind)))
            print(json.dumps(asdict(broken[-1])), flush=True)
            if broken[-1].back_s is None:
                break
        await asyncio.sleep(dice.uniform(*STEADY_S))
        await chaos.finish()
        return await _report(seed, chaos, stores, site, broken)


async def _report(
    seed: int, chaos: Chaos, stores: Stores, site: StandIn, broken: list[Broken]
) -> dict[str, Any]:
    facts = await stores.facts.facts(chaos.meeting_id)
    began_s = float(facts[CLOCK].split()[1])
    segments = await stores.transcripts.segments(chaos.meeting_id)
    gaps = await stores.facts.gaps(chaos.meeting_id)
    meeting = await chaos.meeting()
    over_s = time.monotonic()
    lines = [line for line in site.journal.lines if line.end_monotonic_s < over_s]
    ended = site.journal.first("ended")
    if ended is not None:
        lines = [line for line in lines if line.end_monotonic_s < ended.at_monotonic_s - 1.5]
    came_of = fate(lines, began_s, segments, gaps)
    return {
        "seed": seed,
        "state": meeting.state.value,
        "reason": meeting.reason.value,
        "faults": [asdict(each) for each in broken],
        "gaps": [(round(g.start_s, 1), round(g.end_s, 1), g.reason) for g in gaps],
        "segments": len(segments),
        **asdict(came_of),
        "left_over": await _left(chaos.pids),
    }


async def _left(pids: set[int]) -> list[str]:
    """What is left a moment after the end."""
    for _ in range(50):
        left = await asyncio.to_thread(leftovers, sorted(pids))
        if not left:
            return []
        await asyncio.sleep(0.2)
    return left


def table(report: dict[str, Any]) -> str:
    """The faults by kind, in Markdown."""
    rows = ["| fault | times | back | worst recovery |", "|---|---|---|---|"]
    kinds = sorted({fault["kind"] for fault in report["faults"]})
    for kind in kinds:
        back = [fault["back_s"] for fault in report["faults"] if fault["kind"] == kind]
        came = [seconds for seconds in back if seconds is not None]
        worst = f"{max(came):.1f} s" if came else "never"
        rows.append(f"| {kind} | {len(back)} | {len(came)} | {worst} |")
    rows.append("")
    rows.append(
        f"{report['lines']} lines spoken, {report['outside']} outside gaps; "
        f"lost {len(report['lost'])}, doubled {len(report['doubled'])}; "
        f"left over: {len(report['left_over'])}; the meeting: {report['state']} "
        f"({report['reason']})."
    )
    return "\n".join(rows)


def good(report: dict[str, Any]) -> bool:
    """Whether everything came back and nothing was lost."""
    back = all(fault["back_s"] is not None for fault in report["faults"])
    clean = not (report["lost"] or report["doubled"] or report["left_over"])
    return back and clean and report["state"] == MeetingState.ENDED.value


def main() -> int:
    """Runs and prints; 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--kinds", default="renderer,browser,bot,server,database")
    parser.add_argument("--out", type=Path, help="folder for the report and the data")
    args = parser.parse_args()
    kinds = [kind for kind in args.kinds.split(",") if kind in KINDS]
    with tempfile.TemporaryDirectory(prefix="dragoman-chaos-") as scratch:
        folder = args.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(run(args.seed, args.times, kinds, (folder / "data").absolute()))
        (folder / "chaos.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    for line in (*report["lost"], *report["doubled"], *report["left_over"]):
        print("!", line)
    print(table(report))
    return 0 if good(report) else 1


if __name__ == "__main__":
    raise SystemExit(main())
