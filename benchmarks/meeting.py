"""A scripted meeting of three minutes with three speakers: every figure of the whole way.

python -m benchmarks.meeting [--minutes 3] [--out out/bench]
"""

import argparse
import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from dragoman.demo.run import run_demo
from dragoman.settings import load_settings
from standin.script import Ending, Script, bundled_script

PAUSE_S = 2.0


def lengthen(script: Script, seconds: float) -> Script:
    """The script's lines over and over until `seconds` have passed."""
    last = max(line.start_s for line in script.lines)
    round_s = last + 8 + PAUSE_S
    lines = [
        replace(line, start_s=line.start_s + turn * round_s)
        for turn in range(int(seconds // round_s) + 1)
        for line in script.lines
    ]
    kept = tuple(line for line in lines if line.start_s < seconds)
    stays = tuple(replace(person, leaves_s=None) for person in script.participants)
    return replace(script, lines=kept, participants=stays, chat=(), end=Ending("host", None))


def measure(minutes: float, out: Path) -> dict[str, Any]:
    """Runs the meeting and returns its report."""
    script = lengthen(bundled_script("demo"), minutes * 60)
    settings = load_settings()
    asyncio.run(run_demo(script, out, settings))
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return report


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    args = parser.parse_args()
    measure(args.minutes, args.out)


if __name__ == "__main__":
    main()
