"""Runs benchmarks and, with --write, puts what they print into docs/benchmarks.md.

python -m benchmarks [--only NAME …] [--minutes 3] [--write]
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.meeting import measure
from dragoman.demo.report import summary

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """\
# Benchmarks

`python -m benchmarks --write` runs everything and writes this page; `--only NAME` runs a part and
replaces its section. Those that need the speech data sets leave out what is not there and say
so. Each section names the day and the machine.
"""
MODULES = {
    "overlay": (),
    "recognition": ("--asr", "pocketsphinx"),
    "silence": ("--asr", "pocketsphinx"),
    "attribution": (),
    "diarization": (),
    "translation": ("--weights",),
    "voice": (),
    "whisper_speed": (),
    "viewers": (),
    "search": (),
    "storage": (),
    "calendar": (),
    "audio_paths": (),
}
"""Benchmarks that print Markdown or text, and how they are called."""
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


def meeting(minutes: float) -> str:
    """The section of a whole meeting."""
    rows = [
        f"| {name} | {value} | {GOALS.get(name, '')} |"
        for name, value in summary(measure(minutes, Path("out/bench")))
    ]
    about = (
        f"A scripted meeting of {minutes:g} minutes: three speakers, two target languages, "
        "embedded engines; the stand-in, the browser and the bot on the same machine. The "
        "script's sentences were chosen so that the embedded recogniser understands the "
        "synthetic voices: the word error rate says that nothing is lost on the way, not how "
        "well PocketSphinx understands people (see recognition)."
    )
    return "\n".join([about, "", "| figure | measured | goal |", "|---|---|---|", *rows])


def output_of(name: str) -> str:
    """What another benchmark prints. Raises SystemExit where it fails."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *MODULES[name]]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    if done.returncode:
        raise SystemExit(f"benchmarks.{name} failed with {done.returncode}")
    text = done.stdout.strip().replace(f"{ROOT}/", "").replace(f"{ROOT.parent}/", "")
    return text if "|---" in text else f"```\n{text}\n```"


def section(name: str, text: str) -> str:
    """A section of the page; headings within it go one level down."""
    inner = re.sub(r"^(#+) ", r"##\1 ", text, flags=re.MULTILINE)
    arguments = " ".join(("", *MODULES.get(name, ())))
    made = f"Made on {datetime.now(UTC):%Y-%m-%d}: {machine()}."
    return f"## {name}\n\n`python -m benchmarks.{name}{arguments}`. {made}\n\n{inner}\n"


def write(name: str, text: str) -> None:
    """Puts a section into the page, in the place of the old one."""
    old = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    parts = re.split(r"^## (\w+)$", old, flags=re.MULTILINE)
    kept = {key: f"## {key}{body}" for key, body in zip(parts[1::2], parts[2::2], strict=True)}
    kept[name] = section(name, text)
    order = [each for each in ("meeting", *MODULES) if each in kept]
    PAGE.write_text("\n".join([HEAD, *(kept[each].rstrip() + "\n" for each in order)]), "utf-8")


def main() -> None:
    """Measures one thing after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--only", nargs="*", choices=["meeting", *MODULES], metavar="NAME")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    args = parser.parse_args()
    for name in args.only or ["meeting", *MODULES]:
        text = meeting(args.minutes) if name == "meeting" else output_of(name)
        if args.write:
            write(name, text)


if __name__ == "__main__":
    main()
