"""How well and how soon a recogniser's words come, beside the same engine without streaming.

    python -m benchmarks.recognition [--asr ENGINE ...] [--quick] [--realtime] [--json]
                                     [--data DIR] [FILE=REFERENCE ...]

Without files the English sets of ../shared/data are heard. Left out of them: references that
hold mishearings (sb_*), one written in digits (pvc_test_en_norm), a second copy (jfk.flac), and
sound without a header (goforward.raw). --quick hears nine of them. The engine is opened anew
for each file.

streaming: as in a meeting. utterance-at-a-time: the same cuts, but each utterance goes to the
engine once, when it is over.

first, last: seconds from a word's acoustic end, as the final hypothesis places it, until it was
first shown in its place, and until it was shown as it stays. Time is the sound's plus what
computing took here (see benchmarks/listening.py); with --realtime it is the wall clock's.
erasure: words shown and taken back, per final word. cpu: processor seconds of all processes per
second of sound, without loading the engine. WER: jiwer, blind to case and punctuation.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import jiwer

from benchmarks.listening import Heard, WholeUtterances, decode, listen
from domain.errors import DragomanError
from dragoman.groups.hearing import HearingGroup
from dragoman.hearing import open_recognizer
from dragoman.measure.words import fold, fold_text

DATA = Path(__file__).parents[2] / "shared" / "data"
ENGINES = ("pocketsphinx", "faster-whisper", "openai-audio")
LEFT_OUT = ("sb_", "pvc_test_en_norm", "jfk.flac", "goforward.raw")
QUICK = (
    "jfk_16k", "librivox_08", "cards_005", "az_whats", "coqui", "voices_sp", "watson"
)  # fmt: skip
MOST_LATENCY_S = 1.0
MOST_MORE_ERRORS = 0.01
MOST_ERASURE = 0.2


@dataclass(slots=True)
class Figures:
    """What was counted, over one file or several."""

    errors: int = 0
    reference_words: int = 0
    final_words: int = 0
    erased: int = 0
    first_s: list[float] = field(default_factory=list)
    last_s: list[float] = field(default_factory=list)
    sound_s: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Figures") -> None:
        """Sums up."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def wer(self) -> float:
        return self.errors / self.reference_words if self.reference_words else float("nan")

    @property
    def erasure(self) -> float:
        return self.erased / self.final_words if self.final_words else float("nan")

    def line(self) -> dict[str, object]:
        """The figures for people and programs."""
        return {
            "sound_s": round(self.sound_s, 1),
            "words": self.final_words,
            "wer": round(self.wer, 4),
            "first_s": spread(self.first_s),
            "last_s": spread(self.last_s),
            "erasure": round(self.erasure, 4),
            "cpu_s_per_s": round(self.cpu_s / self.sound_s, 3) if self.sound_s else None,
        }


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p90 and p95; nothing of fewer than two values."""
    if len(values) < 2:
        return {}
    cuts = quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9], 2), "p90": round(cuts[17], 2), "p95": round(cuts[18], 2)}


def count(heard: Heard, reference: str) -> Figures:
    """Errors, latencies and erasure of one file."""
    figures = Figures(sound_s=heard.sound_s, cpu_s=heard.cpu_s, wall_s=heard.wall_s)
    figures.faults = heard.faults()
    said, words = fold_text(reference.split()), fold_text(heard.words())
    if said:
        result = jiwer.process_words(said, words)
        figures.errors = result.substitutions + result.deletions + result.insertions
        figures.reference_words = len(said.split())
    for updates in heard.utterances():
        texts = [[fold(word.text) for word in update.words] for _, update in updates]
        for before, after in zip(texts, texts[1:], strict=False):
            figures.erased += len(before) - common(before, after)
        for place, word in enumerate(updates[-1][1].words):
            right = [len(t) > place and t[place] == texts[-1][place] for t in texts]
            settled = next(n for n in range(len(right)) if all(right[n:]))
            figures.first_s.append(updates[right.index(True)][0] - word.end_s)
            figures.last_s.append(updates[settled][0] - word.end_s)
        figures.final_words += len(updates[-1][1].words)
    return figures


def common(before: Sequence[str], after: Sequence[str]) -> int:
    """Leading words that are the same."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    return same


def english(folder: Path, *, quick: bool) -> list[tuple[Path, str]]:
    """Human English speech with its words, where the data sets are at hand."""
    index = folder / "index.json"
    if not index.is_file():
        return []
    return [
        (folder / entry["file"], entry["reference_text"])
        for entry in json.loads(index.read_text(encoding="utf-8"))
        if entry["file"].startswith("en/")
        and entry.get("kind") == "human"
        and entry.get("reference_text")
        and not Path(entry["file"]).name.startswith(LEFT_OUT)
        and (not quick or Path(entry["file"]).name.startswith(QUICK))
    ]


async def measure(
    sounds: Sequence[tuple[Path, str]], engine: str, *, realtime: bool
) -> tuple[Figures, Figures]:
    """Streaming, and utterance-at-a-time. Raises DragomanError where the engine does not work."""
    settings = HearingGroup(engine=engine, languages=("en",))
    streaming, whole = Figures(), Figures()
    for path, reference in sounds:
        pcm = await asyncio.to_thread(decode, path)
        for figures, wrap in ((streaming, False), (whole, True)):
            async with open_recognizer(settings, lambda _event: None) as recognizer:
                used = WholeUtterances(recognizer) if wrap else recognizer
                figures.add(count(await listen(pcm, used, realtime=realtime), reference))
    return streaming, whole


def verdict(streaming: Figures, whole: Figures) -> list[tuple[str, str, bool]]:
    """Each goal with what was measured, and whether it is met."""
    p50 = spread(streaming.first_s).get("p50", float("inf"))
    more = streaming.wer - whole.wer
    return [
        (f"word first shown p50 <= {MOST_LATENCY_S:g} s", f"{p50:.2f} s", p50 <= MOST_LATENCY_S),
        ("WER <= utterance-at-a-time + 1 point", f"{100 * more:+.1f}", more <= MOST_MORE_ERRORS),
        (
            f"erasure < {MOST_ERASURE:g}",
            f"{streaming.erasure:.3f}",
            streaming.erasure < MOST_ERASURE,
        ),
    ]


def table(engine: str, rows: Sequence[tuple[str, Figures]]) -> str:
    """The two ways side by side."""
    lines = [
        f"{engine}: {rows[0][1].sound_s:.0f} s of sound, {rows[0][1].reference_words} words",
        f"{'':22}{'WER':>7}  {'first shown p50/p90/p95':>24}  {'last changed':>18}"
        f"  {'erasure':>7}  {'cpu':>6}",
    ]
    for name, figures in rows:
        line = figures.line()
        first, last = (
            " / ".join(f"{value:.2f}" for value in spread(values).values())
            for values in (figures.first_s, figures.last_s)
        )
        lines.append(
            f"{name:22}{100 * figures.wer:6.1f}%  {first:>24}  {last:>18}"
            f"  {figures.erasure:7.3f}  {line['cpu_s_per_s']!s:>6}"
        )
    return "\n".join(lines)


async def run(sounds: Sequence[tuple[Path, str]], given: argparse.Namespace) -> None:
    """Hears all files with each engine."""
    for engine in given.asr or ENGINES:
        try:
            streaming, whole = await measure(sounds, engine, realtime=given.realtime)
        except DragomanError as error:
            print(f"{engine}: not measured. {error.message} {error.remedy}", flush=True)
            continue
        rows = [("streaming", streaming), ("utterance-at-a-time", whole)]
        if given.json:
            print(json.dumps({"engine": engine, **{name: f.line() for name, f in rows}}))
        else:
            print(table(engine, rows))
        for goal, measured, met in verdict(streaming, whole):
            print(f"  {'met   ' if met else 'MISSED'}  {goal}: {measured}")
        for fault in dict.fromkeys(streaming.faults + whole.faults):
            print(f"  told: {fault}")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", metavar="FILE[=REFERENCE]")
    parser.add_argument("--asr", action="append", metavar="ENGINE")
    parser.add_argument("--quick", action="store_true", help="nine files only")
    parser.add_argument("--realtime", action="store_true", help="at the pace of the sound")
    parser.add_argument("--json", action="store_true", help="figures as JSON lines")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR")
    given = parser.parse_args()
    sounds = [(Path(p), text) for p, _, text in (item.partition("=") for item in given.files)]
    if not sounds:
        sounds = english(given.data, quick=given.quick)
    if not sounds:
        print("Not measured: there are no data sets, and no files were given.")
        return
    asyncio.run(run(sounds, given))


if __name__ == "__main__":
    main()
