"""How well voices are told apart, and what it costs.

    python -m benchmarks.diarization [--data DIR] [--model FILE.onnx] [--pyannote FOLDER]
    python -m benchmarks.diarization --background      # writes the table of the cepstral vectors

Prints Markdown. DER: diarization error rate of pyannote.metrics, collar 0, overlapped speech
counted; online turns are taken as they stand at the end, corrections included. CPU: processor
milliseconds per second of sound, loading left out. EER: of pieces of three seconds, over all
pairs, and over pairs from the same set of recordings, where the microphone does not help.
Enrolment: one recording of each speaker is enrolled, every other one is tried.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.audio import SAMPLE_RATE
from domain.errors import DragomanError
from domain.ports import Diarizer
from domain.speakers import Turn
from dragoman.transcribe.decode import SoundFile
from pipeline.diarization.light import Light, LightSettings
from pipeline.diarization.mfcc import raw_statistics
from pipeline.diarization.pieces import PieceCutter
from pipeline.diarization.pyannote import Pyannote, PyannoteSettings
from pipeline.diarization.spectra import Floats, samples_of
from pipeline.diarization.turns import TurnBook
from pipeline.diarization.vectors import VectorModel
from pipeline.vad.silero import SileroVad

MEETINGS = ("meeting/sample", "meeting/dev00", "meeting/trn03", "multi/pv_falcon_test")
SPEAKERS = {
    **{f"libri {n}": f"speakers/libri_{n}_*" for n in (1688, 1998, 2033, 2414)},
    "az katie": "speakers/az_enroll_katie*",
    "az steve": "speakers/az_enroll_steve*",
    "eagle 1": "speakers/eagle_speaker_1_*",
    "eagle 2": "speakers/eagle_speaker_2_*",
}
"""The word before the blank names the set of recordings."""
BACKGROUND = {
    "2412": "en/librispeech-2412-*",
    "1995": "en/librispeech-1995-*",
    "reader": "en/librivox_08?0.wav",
    "one": "en/sb_spk1_*",
    "two": "en/sb_spk2_*",
    "vosk": "en/vosk_test.wav",
    "watson": "en/watson_audio.wav",
    "norm": "en/pvc_test_en_norm.wav",
    "aishell": "zh/aishell-*",
    **{code: f"{code}/pv_test*" for code in ("en", "es", "fr", "de", "it", "ja", "ko", "pt")},
}
"""No speaker or recording of the two tables above."""
FEED_BYTES = SAMPLE_RATE // 5
PIECE_S = 3.0
BACKGROUND_FILE = Path(__file__).parents[1] / "pipeline/diarization/mfcc_background.py"


def read(path: Path) -> bytes:
    """A file as PCM16 mono, 16 kHz."""
    with SoundFile(path) as file:
        return b"".join(piece.tobytes() for piece in file.pieces())


def score(rttm: Path, turns: Sequence[Turn]) -> float:
    """DER in per cent."""
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    reference, found = Annotation(), Annotation()
    for number, line in enumerate(rttm.read_text(encoding="utf-8").splitlines()):
        parts = line.split()
        start_s, length_s = float(parts[3]), float(parts[4])
        reference[Segment(start_s, start_s + length_s), number] = parts[7]
    for number, turn in enumerate(turns):
        found[Segment(turn.start_s, turn.end_s), number] = turn.label
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    return 100 * float(metric(reference, found))


async def online(diarizer: Diarizer, pcm: bytes) -> list[Turn]:
    """The turns of a stream, as they stand at the end."""
    book = TurnBook()
    stream = await diarizer.open("a")
    for at in range(0, len(pcm), FEED_BYTES):
        book.apply(await stream.feed(pcm[at : at + FEED_BYTES], at / 2 / SAMPLE_RATE))
    book.apply(await stream.finish())
    await stream.aclose()
    return book.turns()


async def errors_of(diarizer: Diarizer, title: str, data: Path) -> None:
    """One table: every meeting, online and as a whole."""
    await (await diarizer.open("load")).aclose()
    print(f"\n### {title}\n")
    print(
        "| recording | voices | online: voices | DER % | CPU ms/s | whole: voices | DER % |", end=""
    )
    print(" CPU ms/s |\n|---|---|---|---|---|---|---|---|")
    for name in MEETINGS:
        pcm, rttm = read(data / f"{name}.wav"), data / f"{name}.rttm"
        voices = {line.split()[7] for line in rttm.read_text(encoding="utf-8").splitlines()}
        cells = [name, str(len(voices))]
        for hear in (online(diarizer, pcm), diarizer.whole(pcm)):
            began = time.process_time()
            turns = await hear
            cost_ms = 1000 * (time.process_time() - began) / (len(pcm) / 2 / SAMPLE_RATE)
            found = len({turn.label for turn in turns})
            cells += [str(found), f"{score(rttm, turns):.1f}", f"{cost_ms:.0f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


def speech(path: Path) -> Floats:
    """The speech of a file without its pauses."""
    cutter = PieceCutter(SileroVad)
    pieces = [*cutter.feed(read(path), 0.0), *cutter.finish()]
    return np.concatenate([piece.samples for piece in pieces] or [samples_of(b"")])


def cut(samples: Floats, seconds: float) -> Iterator[Floats]:
    """Whole pieces of so many seconds."""
    size = int(seconds * SAMPLE_RATE)
    for at in range(0, len(samples) - size + 1, size):
        yield samples[at : at + size]


def equal_error(same: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Per cent wrong where as many are wrongly accepted as refused."""
    bars = np.unique(np.concatenate((same, other)))
    refused = np.searchsorted(np.sort(same), bars) / len(same)
    accepted = 1 - np.searchsorted(np.sort(other), bars) / len(other)
    best = int(np.argmin(np.abs(refused - accepted)))
    return 50 * float(refused[best] + accepted[best])


def files_of(data: Path) -> list[tuple[str, Path, Floats]]:
    """Speaker, file and speech of the verification set."""
    found = [(who, path) for who, glob in SPEAKERS.items() for path in sorted(data.glob(glob))]
    alone = [entry for name in MEETINGS for entry in alone_in(data, name)]
    return [*((who, path, speech(path)) for who, path in found), *alone]


def alone_in(data: Path, name: str) -> Iterator[tuple[str, Path, Floats]]:
    """What each speaker of a meeting says alone."""
    samples = samples_of(read(data / f"{name}.wav"))
    lines = (data / f"{name}.rttm").read_text(encoding="utf-8").splitlines()
    turns = [(p[7], float(p[3]), float(p[3]) + float(p[4])) for p in map(str.split, lines)]
    count = np.zeros(len(samples), dtype=np.int8)
    for _, start_s, end_s in turns:
        count[int(start_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)] += 1
    for who in sorted({turn[0] for turn in turns}):
        mine = np.zeros(len(samples), dtype=np.bool_)
        for _, start_s, end_s in (turn for turn in turns if turn[0] == who):
            mine[int(start_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)] = True
        yield f"{name} {who}", Path(name, who), samples[mine & (count == 1)]


def verification(model: VectorModel, files: Sequence[tuple[str, Path, Floats]]) -> None:
    """EER of pieces, and enrolment with the model's own bar."""
    pieces = [(who, model.vector(p)) for who, _, sound in files for p in cut(sound, PIECE_S)]
    known = [(who, vector) for who, vector in pieces if vector is not None]
    pairs = [(a == b, a.split()[0] == b.split()[0], float(v @ w))
             for (a, v), (b, w) in itertools.combinations(known, 2)]  # fmt: skip
    same = np.array([s for alike, _, s in pairs if alike])
    other = np.array([s for alike, _, s in pairs if not alike])
    near = np.array([s for alike, near, s in pairs if not alike and near])
    print(f"\n### Verification with `{model.name}`\n")
    print(f"{len(known)} pieces of {PIECE_S:g} s, {len({w for w, _ in known})} speakers: EER "
          f"{equal_error(same, other):.1f} % over all pairs, {equal_error(same, near):.1f} % "
          f"against others of the same set.\n")  # fmt: skip
    whole = [(who, path, model.vector(sound)) for who, path, sound in files]
    tries = [(a == b, float(v @ w)) for (a, p, v), (b, q, w) in itertools.permutations(whole, 2)
             if v is not None and w is not None and p != q]  # fmt: skip
    bar = model.rules.recognise
    right = [s for alike, s in tries if alike]
    wrong = [s for alike, s in tries if not alike]
    print(f"Enrolment by whole files, bar {bar:.2f}: {sum(s >= bar for s in right)} of "
          f"{len(right)} right people accepted (likeness {min(right):.2f} to {max(right):.2f}), "
          f"{sum(s >= bar for s in wrong)} of {len(wrong)} others accepted "
          f"(highest likeness {max(wrong):.2f}).")  # fmt: skip


def background(data: Path) -> None:
    """Writes the table of the cepstral vectors anew."""
    means, spreads = [], []
    for glob in BACKGROUND.values():
        sounds = [speech(path) for path in sorted(data.glob(glob))]
        raw = [raw_statistics(piece) for sound in sounds for piece in cut(sound, 1.5)]
        found = np.array([row for row in raw if row is not None])
        if len(found):
            means.append(found.mean(axis=0))
        if len(found) >= 3:
            spreads.append(found.std(axis=0, ddof=1))
    text = BACKGROUND_FILE.read_text(encoding="utf-8")
    head = text[: text.index("MEAN = (")]
    tables = [
        _table("MEAN", "Mean over voices.", np.mean(means, axis=0)),
        _table("SPREAD", "Mean deviation within one voice, piece by piece of 1.5 s.",
               np.mean(spreads, axis=0)),
    ]  # fmt: skip
    BACKGROUND_FILE.write_text(head + "\n".join(tables), encoding="utf-8")
    print(f"{BACKGROUND_FILE.name}: {len(means)} voices, {len(spreads)} for the spread")


def _table(name: str, meaning: str, values: NDArray[np.float64]) -> str:
    rows = [values[at : at + 10] for at in range(0, len(values), 10)]
    lines = ["    " + " ".join(f"{value:.3f}," for value in row) for row in rows]
    return f"{name} = (\n" + "\n".join(lines) + f'\n)\n"""{meaning}"""\n'


async def run(args: argparse.Namespace) -> None:
    """Every engine that works here."""
    print("DER: collar 0, overlapped speech counted.")
    lights = [Light()] + ([Light(LightSettings(args.model))] if args.model else [])
    engines: list[tuple[str, Diarizer]] = [
        (f"light, `{await light.model()}`", light) for light in lights
    ]
    folder = PyannoteSettings(str(args.pyannote)) if args.pyannote else PyannoteSettings()
    engines.append(("pyannote", Pyannote(folder)))
    for title, diarizer in engines:
        try:
            health = await diarizer.health()
            if health.ok:
                await errors_of(diarizer, title, args.data)
            else:
                print(f"\n### {title}\n\nNot measured: {health.found}.")
        except DragomanError as error:
            print(f"\nNot measured: {error.message}")
    files = files_of(args.data)
    for light in lights:
        verification(light.vectors(), files)
    for _, diarizer in engines:
        await diarizer.aclose()


def main() -> None:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), metavar="DIR")
    parser.add_argument("--model", type=Path, metavar="FILE.onnx")
    parser.add_argument("--pyannote", type=Path, metavar="FOLDER")
    parser.add_argument("--background", action="store_true")
    args = parser.parse_args()
    if not args.data.is_dir():
        print(f"Nothing measured: there is no folder {args.data} with recordings.")
    elif args.background:
        background(args.data)
    else:
        asyncio.run(run(args))


if __name__ == "__main__":
    main()
