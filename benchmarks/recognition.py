"""How well and how soon a recogniser's words come: files at 1x through the Listener.

    python -m benchmarks.recognition [--asr ENGINE] [--fast] [--most N] [FILE=REFERENCE ...]

Without files the English sets of ../shared/data are heard (another folder: --data DIR), or
nothing where there are none. Prints one JSON line per file and one for all.

first, last: seconds from a word's acoustic end, as the final hypothesis places it, until it was
first shown in its place, and until it was shown as it stays. whole: until the final update, when
utterance-at-a-time recognition would show it. With --fast the sound is heard as fast as it can
be and these three are not measured. erasure: words shown and taken back per final word.
cpu_s_per_s: processor seconds of all processes per second of sound, without loading the engine,
which is opened anew for each file: some get used to a voice.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import jiwer
import psutil

from domain.clock import Clock, MeetingClock
from domain.errors import DragomanError
from domain.events import Event, Notice
from domain.ports import Recognizer
from domain.speech import SpokenUpdate
from dragoman.groups.hearing import HearingGroup
from dragoman.hearing import open_recognizer
from dragoman.measure.words import fold, fold_text
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.decode import SoundFile
from dragoman.transcribe.feed import Feed
from dragoman.transcribe.moments import FileRecording
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener

DATA = Path(__file__).parents[2] / "shared" / "data"


@dataclass(slots=True)
class Heard:
    """Updates of one file with the times at which they came."""

    clock: Clock
    updates: list[tuple[float, SpokenUpdate]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def emit(self, update: SpokenUpdate) -> None:
        """Notes an update."""
        self.updates.append((self.clock.now_s(), update))

    def utterances(self) -> list[list[tuple[float, SpokenUpdate]]]:
        """The updates of each utterance that became final with words, by start."""
        found: dict[str, list[tuple[float, SpokenUpdate]]] = {}
        for at_s, update in self.updates:
            found.setdefault(update.utterance_id, []).append((at_s, update))
        whole = [each for each in found.values() if each[-1][1].final]
        return sorted(whole, key=lambda each: each[-1][1].start_s)

    def words(self) -> list[str]:
        """All final words."""
        return [word.text for each in self.utterances() for word in each[-1][1].words]


@dataclass(slots=True)
class Figures:
    """What was counted, over one file or several."""

    errors: int = 0
    reference_words: int = 0
    final_words: int = 0
    erased: int = 0
    first_s: list[float] = field(default_factory=list)
    last_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    sound_s: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def add(self, other: "Figures") -> None:
        """Sums up."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self, name: str, *, live: bool) -> dict[str, object]:
        """The figures for people and programs."""
        shown = {"first_s": self.first_s, "last_s": self.last_s, "whole_s": self.whole_s}
        rates: dict[str, object] = {}
        if self.reference_words:
            rates["wer"] = round(self.errors / self.reference_words, 4)
        if self.sound_s:
            rates["cpu_s_per_s"] = round(self.cpu_s / self.sound_s, 3)
            rates["speed"] = round(self.sound_s / self.wall_s, 2)
        return {
            "file": name,
            "sound_s": round(self.sound_s, 1),
            "words": self.final_words,
            **rates,
            **({key: spread(values) for key, values in shown.items()} if live else {}),
            "erasure": round(self.erased / self.final_words, 4) if self.final_words else None,
        }


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """p50, p90 and p95."""
    if len(values) < 2:
        return None
    cuts = quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9], 3), "p90": round(cuts[17], 3), "p95": round(cuts[18], 3)}


def count(heard: Heard, reference: str) -> Figures:
    """Errors, latencies and erasure of one file."""
    figures = Figures()
    said, words = fold_text(reference.split()), fold_text(heard.words())
    if said:
        result = jiwer.process_words(said, words)
        figures.errors = result.substitutions + result.deletions + result.insertions
        figures.reference_words = len(said.split())
    for updates in heard.utterances():
        end_s, final = updates[-1]
        texts = [[fold(word.text) for word in update.words] for _, update in updates]
        for before, after in zip(texts, texts[1:], strict=False):
            figures.erased += len(before) - common(before, after)
        for place, word in enumerate(final.words):
            right = [len(t) > place and t[place] == texts[-1][place] for t in texts]
            settled = next(n for n in range(len(right)) if all(right[n:]))
            figures.first_s.append(updates[right.index(True)][0] - word.end_s)
            figures.last_s.append(updates[settled][0] - word.end_s)
            figures.whole_s.append(end_s - word.end_s)
        figures.final_words += len(final.words)
    return figures


def common(before: Sequence[str], after: Sequence[str]) -> int:
    """Leading words that are the same."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    return same


def cpu_s() -> float:
    """Processor seconds of this process and those it started that still run."""
    me = psutil.Process()
    processes = (me, *me.children(recursive=True))
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


async def measure(path: Path, reference: str, recognizer: Recognizer, *, live: bool) -> Figures:
    """Hears one file."""
    with SoundFile(path) as sound:
        recording = FileRecording(sound)
        clock = MeetingClock.start() if live else StreamClock()
        heard = Heard(clock)
        listener = Listener(
            HearingSettings(languages=("en",), engine=recognizer.info.name, stepped=not live),
            clock,
            recognizer=recognizer,
            emit=heard.emit,
            notify=heard.events.append,
        )

        async def keep_up() -> None:
            if not live:
                await listener.step()

        feed = Feed(recording, [], clock, keep_up=keep_up, progress=lambda _at_s: None)
        began_s, began_cpu_s = time.monotonic(), cpu_s()
        await listener.run(feed.frames(), feed.hints())
        figures = count(heard, reference)
        figures.wall_s, figures.cpu_s = time.monotonic() - began_s, cpu_s() - began_cpu_s
        figures.sound_s = sound.decoded_s
    for event in heard.events:
        if isinstance(event, Notice) and event.kind in ("falling_behind", "engine_failed"):
            print(json.dumps({"file": path.name, "notice": event.text}))
    return figures


def english(folder: Path, most: int) -> list[tuple[Path, str]]:
    """Human English speech with its words, where the data sets are at hand."""
    index = folder / "index.json"
    if not index.is_file():
        return []
    entries = json.loads(index.read_text(encoding="utf-8"))
    chosen = [
        (folder / entry["file"], entry["reference_text"])
        for entry in entries
        if entry["file"].startswith("en/")
        and entry.get("kind") == "human"
        and entry.get("reference_text")
        and not entry["file"].endswith(".raw")
    ]
    return chosen[:most] if most else chosen


async def run(sounds: Sequence[tuple[Path, str]], engine: str, *, live: bool) -> None:
    """Hears all files with one kind of engine."""
    told: set[str] = set()

    def tell(event: Event) -> None:
        if isinstance(event, Notice) and event.text not in told:
            told.add(event.text)
            print(json.dumps({"engine": event.text}))

    settings = HearingGroup(engine=engine, languages=("en",))
    total = Figures()
    for path, reference in sounds:
        try:
            async with open_recognizer(settings, tell) as recognizer:
                figures = await measure(path, reference, recognizer, live=live)
        except DragomanError as error:
            print(json.dumps({"file": path.name, "error": error.message}))
            continue
        print(json.dumps(figures.line(path.name, live=live)), flush=True)
        total.add(figures)
    print(json.dumps(total.line(f"all of {len(sounds)}", live=live)))


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", metavar="FILE[=REFERENCE]")
    parser.add_argument("--asr", default="auto", metavar="ENGINE")
    parser.add_argument("--fast", action="store_true", help="no latencies, no waiting")
    parser.add_argument("--most", type=int, default=0, metavar="N", help="only the first files")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR")
    given = parser.parse_args()
    sounds = [(Path(p), text) for p, _, text in (item.partition("=") for item in given.files)]
    if not sounds:
        sounds = english(given.data, given.most)
    if not sounds:
        print("Not measured: there are no data sets, and no files were given.")
        return
    asyncio.run(run(sounds, given.asr, live=not given.fast))


if __name__ == "__main__":
    main()
