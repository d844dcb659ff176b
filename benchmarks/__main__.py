"""Runs every benchmark and, with --write, puts the table into docs/benchmarks.md.

python -m benchmarks [--minutes 3] [--write]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.meeting import measure
from dragoman.demo.report import summary

ROOT = Path(__file__).parents[1]
GOALS = {
    "camera as received": "30 fps ± 1 %",
    "caption change to received picture": "p95 ≤ 150 ms",
    "spoken word to received picture": "p50 ≤ 1.5 s, p95 ≤ 3 s",
    "end of sentence to final translation": "p95 ≤ 2 s",
    "sound to pipeline": "p95 ≤ 200 ms",
    "drift of the sound": "< 50 ppm",
    "lost samples": "0",
    "memory of the bot's Python": "≤ 500 MB",
}


def machine() -> str:
    """The machine in words."""
    cpu = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores of {cpu}, {platform.system()}, Python {sys.version.split()[0]}"


def page(report: dict[str, Any], minutes: float, others: dict[str, str]) -> str:
    """docs/benchmarks.md."""
    rows = [f"| {name} | {value} | {GOALS.get(name, '')} |" for name, value in summary(report)]
    blocks = [f"## `{command}`\n\n```\n{text.rstrip()}\n```\n" for command, text in others.items()]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Made by `python -m benchmarks --write` on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
            "",
            f"## A scripted meeting of {minutes:g} minutes",
            "",
            "`python -m benchmarks.meeting`: three speakers, two target languages, embedded "
            "engines; the stand-in, the browser and the bot on the same machine. The script's "
            "sentences were chosen so that the embedded recogniser understands the synthetic "
            "voices: the word error rate says that nothing is lost on the way, not how well "
            "PocketSphinx understands people (see below).",
            "",
            "| figure | measured | goal |",
            "|---|---|---|",
            *rows,
            "",
            *blocks,
        ]
    )


def output_of(module: str, *arguments: str) -> str:
    """What another benchmark prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout + done.stderr)
    return done.stdout or done.stderr


HUMAN = ("en/jfk_16k.wav", "en/librivox_0870.wav", "en/librivox_0880.wav", "en/librivox_0890.wav")


def human_speech() -> list[str]:
    """FILE=REFERENCE arguments for samples of people, where the data sets are at hand."""
    folder = ROOT.parent / "shared" / "data"
    index = folder / "index.json"
    if not index.is_file():
        return []
    entries = {entry["file"]: entry for entry in json.loads(index.read_text(encoding="utf-8"))}
    found = [entries[name] for name in HUMAN if entries.get(name, {}).get("reference_text")]
    return [f"{folder / entry['file']}={entry['reference_text']}" for entry in found]


def main() -> None:
    """Measures everything, one thing after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    report = measure(args.minutes, Path("out/bench"))
    modules = ("benchmarks.overlay", "benchmarks.translation", "benchmarks.hearing")
    others = {f"python -m {module}": output_of(module) for module in modules}
    people = human_speech()
    if people:
        name = "python -m benchmarks.hearing FILE=REFERENCE … (people, read speech)"
        others[name] = output_of("benchmarks.hearing", *people).replace(f"{ROOT.parent}/", "")
    if args.write:
        target = ROOT / "docs" / "benchmarks.md"
        target.write_text(page(report, args.minutes, others), encoding="utf-8")


if __name__ == "__main__":
    main()
