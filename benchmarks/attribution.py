"""How many words stand under the right name, on recorded meetings with simulated hints.

    python -m benchmarks.attribution [--data DIR] [--seeds N] [--diarizers NAME ...] [--json]

Sound of the speech samples (../shared/data): three meetings, these in a row, and three times a
talk of three voices that differ clearly. It goes through the Listener as fast
as it can; words come from a recogniser that is told the reference, so that only attribution is
measured: from the STM where there is one, else made-up words within the RTTM's turns. Meet's
side is simulated from the same reference: captions with a lag of 0.5 to 3 s (one per seed),
0.25 s of jitter, 10 % of the lines missing and 5 % under a wrong name, lit tiles likewise.

right: share of the words heard that stand under the right name at the end; least: of the worst
seed. nobody: share of them without a name. lost: share of the reference's words that voice
activity never passed on. cpWER and tcpWER (collar 5 s) by
meeteval, DER of names (collar 0, overlap counted) by pyannote.metrics. Lags in seconds.
Diarizers: none; oracle, which is told the true turns; and every engine of the project that works
here. `tracks`: each speaker's sound on a track of its own with contributing sources.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

from meeteval.io import SegLST
from meeteval.wer.api import cpwer, tcpwer
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.identification import IdentificationErrorRate

from benchmarks.attribution_case import FILES, THREE, Case, Told, Tracks, hints, joined, read
from domain.audio import MIX, SAMPLE_RATE
from domain.errors import DragomanError
from domain.ports import Diarizer
from domain.speakers import Turn
from domain.speech import SpokenUpdate, Word
from dragoman.measure.words import fold_text
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.feed import Feed
from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.diarization.choose import choose
from pipeline.diarization.scripted import ScriptedDiarizer
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener

DATA = Path(__file__).parents[2] / "shared" / "data"
WAYS = {
    "captions and tiles": frozenset({"captions", "tiles"}),
    "captions": frozenset({"captions"}),
    "tracks": frozenset({"captions", "tiles", "sources"}),
}


@dataclass(frozen=True, slots=True)
class Score:
    """What one run came to."""

    case: str
    hints: str
    diarizer: str
    seed: int
    right: float
    nobody: float
    lost: float
    cpwer: float
    tcpwer: float
    der: float
    true_lag_s: float
    learnt_lag_s: float


async def hear(case: Case, told: Told, way: str, diarizer: Diarizer | None) -> tuple[
    list[SpokenUpdate], float
]:  # fmt: skip
    """The last word on every utterance, and the lag that was learnt."""
    clock = StreamClock()
    apart = way == "tracks"
    script: dict[str, list[Word]] = {}
    for said in case.words:
        script.setdefault(f"track {said.speaker}" if apart else MIX, []).append(said.word)
    last: dict[str, SpokenUpdate] = {}

    async def emit(update: SpokenUpdate) -> None:
        last[update.utterance_id] = update

    listener = Listener(
        HearingSettings(engine="scripted", stepped=True),
        clock,
        recognizer=ScriptedRecognizer(script),
        emit=emit,
        notify=lambda _: None,
        diarizer=diarizer,
    )
    feed = Feed(
        Tracks(case, apart=apart), told.hints, clock,
        keep_up=listener.step, progress=lambda _: None,
    )  # fmt: skip
    await listener.run(feed.frames(), feed.hints())
    return [update for update in last.values() if update.final], listener.caption_lag_s


def score(
    case: Case, told: Told, names: tuple[str, str], seed: int,
    heard: tuple[list[SpokenUpdate], float],
) -> Score:  # fmt: skip
    """Counts words and lets the two libraries count."""
    updates, lag_s = heard
    given = {
        (word.text, round(word.start_s, 1)): _who(update)
        for update in updates
        for word in update.words
    }
    owners = [_found(given, said.word) for said in case.words]
    count = len(case.words)
    known = count - owners.count(None)
    right = sum(
        owner == f"Name of {said.speaker}" for owner, said in zip(owners, case.words, strict=True)
    )
    reference = SegLST([_row(f"Name of {w.speaker}", [w.word]) for w in case.words])
    hypothesis = SegLST([_row(_who(u) or "nobody", u.words) for u in updates if u.words])
    return Score(
        case=case.name,
        hints=names[0],
        diarizer=names[1],
        seed=seed,
        right=right / known,
        nobody=owners.count("") / known,
        lost=owners.count(None) / count,
        cpwer=cpwer(reference, hypothesis)["case"].error_rate,
        tcpwer=tcpwer(reference, hypothesis, collar=5)["case"].error_rate,
        der=_der(case, updates),
        true_lag_s=told.lag_s,
        learnt_lag_s=lag_s,
    )


def _who(update: SpokenUpdate) -> str:
    return update.speaker or update.participant_id


def _found(given: dict[tuple[str, float], str], word: Word) -> str | None:
    """Under whose name a word stands; None where it was not heard. Times may be off by 0.1 s."""
    for tenths in (0, 1, -1, 2, -2):
        key = (word.text, round(round(word.start_s, 1) + tenths / 10, 1))
        if key in given:
            return given[key]
    return None


def _row(speaker: str, words: Sequence[Word]) -> dict[str, object]:
    return {
        "session_id": "case",
        "speaker": speaker,
        "start_time": words[0].start_s,
        "end_time": words[-1].end_s,
        "words": " ".join(fold_text(" ".join(word.text for word in words))),
    }


def _der(case: Case, updates: list[SpokenUpdate]) -> float:
    length_s = case.sound.shape[1] / SAMPLE_RATE
    reference, hypothesis = Annotation(), Annotation()
    for number, (who, start_s, end_s) in enumerate(case.turns):
        reference[Segment(start_s, end_s), number] = f"Name of {who}"
    for number, update in enumerate(u for u in updates if u.words):
        span = Segment(update.words[0].start_s, update.words[-1].end_s)
        hypothesis[span, number] = _who(update) or "nobody"
    rate = IdentificationErrorRate(collar=0.0, skip_overlap=False)
    return float(rate(reference, hypothesis, uem=Timeline([Segment(0.0, length_s)])))


async def diarizer_of(name: str, turns: list[Turn]) -> Diarizer | None:
    """An engine by name; None for none."""
    if name == "none":
        return None
    if name == "oracle":
        return ScriptedDiarizer({MIX: turns})
    return (await choose(name))[0]


async def working(wanted: Sequence[str]) -> list[str]:
    """The diarizers that work here."""
    names = []
    for name in wanted:
        try:
            diarizer = await diarizer_of(name, [])
        except DragomanError as error:
            print(f"not measured: {name}: {error}")
            continue
        if diarizer:
            await diarizer.aclose()
        names.append(name)
    return names


async def measure(cases: list[Case], seeds: int, diarizers: list[str]) -> list[Score]:
    """Every case with every seed, kind of hints and diarizer."""
    scores = []
    for case in cases:
        for way, kinds in WAYS.items():
            for name in diarizers if way != "tracks" else ["none"]:
                for seed in range(1, seeds + 1):
                    told = hints(case, seed, kinds)
                    diarizer = await diarizer_of(name, case.oracle())
                    heard = await hear(case, told, way, diarizer)
                    if diarizer:
                        await diarizer.aclose()
                    scores.append(score(case, told, (way, name), seed, heard))
    return scores


def table(scores: list[Score]) -> str:
    """Means over the seeds."""
    lines = [
        "| meeting | hints | diarizer | right % | least | nobody % | lost % | cpWER | tcpWER | DER "
        "| lag off by s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for key in dict.fromkeys((s.case, s.hints, s.diarizer) for s in scores):
        mine = [s for s in scores if (s.case, s.hints, s.diarizer) == key]
        off_s = mean(abs(s.true_lag_s - s.learnt_lag_s) for s in mine)
        shares = [mean(s.right for s in mine), min(s.right for s in mine)]
        shares += [mean(s.nobody for s in mine), mean(s.lost for s in mine)]
        rates = [
            mean(s.cpwer for s in mine),
            mean(s.tcpwer for s in mine),
            mean(s.der for s in mine),
        ]
        cells = [*key, *(f"{100 * x:.1f}" for x in shares), *(f"{100 * x:.1f}" for x in rates)]
        lines.append(f"| {' | '.join(cells)} | {off_s:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--diarizers", nargs="*", default=["none", "oracle", "light", "pyannote"])
    parser.add_argument("--files", nargs="*", default=["sample", "dev00", "trn03", "all", "falcon"])
    parser.add_argument("--json", action="store_true", help="one line per run instead")
    arguments = parser.parse_args()
    missing = [name for name in (*FILES, THREE) if not (arguments.data / f"{name}.wav").exists()]
    if missing:
        print(f"not measured: {missing[0]}.wav is not in {arguments.data}")
        return
    cases = [read(arguments.data, name) for name in FILES]
    three = read(arguments.data, THREE)
    cases += [joined("all three", cases), joined("falcon", [three, three, three])]
    cases = [case for case in cases if case.name.split()[0] in arguments.files]

    async def run() -> list[Score]:
        return await measure(cases, arguments.seeds, await working(arguments.diarizers))

    scores = asyncio.run(run())
    if arguments.json:
        for each in scores:
            print(json.dumps(asdict(each)))
    else:
        print(table(scores))


if __name__ == "__main__":
    main()
