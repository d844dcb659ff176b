"""Words where nobody speaks: silence, hiss, clicks, music and recorded noise must give none.

    python -m benchmarks.silence [--asr ENGINE ...] [--minutes 10] [--data DIR]

Heard through the Listener by a clock that follows the sound. Prints a line per sound: words
that were shown at any time, drafts included. Ends with 1 where there was one. Whisper's guards
need a trained model: with random weights a run says nothing, so without a model it is left out.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listening import decode, listen
from domain.audio import SAMPLE_RATE
from domain.errors import DragomanError
from dragoman.groups.hearing import HearingGroup
from dragoman.hearing import open_recognizer

DATA = Path(__file__).parents[2] / "shared" / "data"
ENGINES = ("pocketsphinx", "faster-whisper", "openai-audio")
_CHORDS = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))


def pcm16(wave: NDArray[np.float64]) -> bytes:
    """Samples of -1..1 as PCM16."""
    return bytes((wave * 32767).clip(-32767, 32767).astype("<i2").tobytes())


def silence(seconds: float) -> bytes:
    """Digital silence."""
    return bytes(round(seconds * SAMPLE_RATE) * 2)


def hiss(seconds: float, level: float = 0.002) -> bytes:
    """White noise, by its root mean square."""
    return pcm16(np.random.default_rng(1).normal(0, level, round(seconds * SAMPLE_RATE)))


def clicks(seconds: float) -> bytes:
    """Keys of a keyboard, six a second."""
    random = np.random.default_rng(2)
    wave = random.normal(0, 0.001, round(seconds * SAMPLE_RATE))
    for at in random.integers(0, wave.size - 800, round(seconds * 6)):
        fade = np.exp(-np.arange(800) / random.integers(40, 160))
        wave[at : at + 800] += random.normal(0, 0.3, 800) * fade
    return pcm16(wave)


def music(seconds: float) -> bytes:
    """Chords with overtones and a beat, then sweeps, in turn for ten seconds each."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.zeros(times.size)
    for index, chord in enumerate(_CHORDS):
        playing = (times // 1.5).astype(int) % len(_CHORDS) == index
        tones = sum(np.sin(2 * np.pi * f * n * times) / n for f in chord for n in (1, 2, 3, 4))
        wave += playing * tones * 0.06 * np.exp(-(times % 1.5) / 0.8)
    beat = np.exp(-(times % 0.5) / 0.03)
    wave += 0.3 * beat * np.sin(2 * np.pi * 80 * times)
    wave += 0.1 * np.roll(beat, SAMPLE_RATE // 4) * np.random.default_rng(3).normal(0, 1, wave.size)
    sweep = 0.2 * np.sin(2 * np.pi * (200 * (times % 10) + 90 * (times % 10) ** 2))
    return pcm16(np.where((times // 10).astype(int) % 2 == 1, sweep, wave))


def sounds(data: Path, minutes: float) -> Iterator[tuple[str, bytes]]:
    """All that must give no word."""
    long_s = minutes * 60
    yield f"{minutes:g} minutes of digital silence", silence(long_s)
    yield f"{minutes:g} minutes of low hiss", hiss(long_s)
    yield "1 minute of keyboard clicks", clicks(60)
    yield "1 minute of music", music(60)
    for path in sorted((data / "noise").glob("*.wav")):
        yield path.name, decode(path)


async def run(engine: str, data: Path, minutes: float) -> int:
    """Words that one engine made up. Raises DragomanError where it does not work."""
    settings = HearingGroup(engine=engine, languages=("en",))
    total = 0
    for name, pcm in sounds(data, minutes):
        async with open_recognizer(settings, lambda _event: None) as recognizer:
            heard = await listen(pcm, recognizer)
        total += heard.shown()
        made_up = f" ({' '.join(heard.words()) or 'drafts only'})" if heard.shown() else ""
        print(f"{engine}: {name}: {heard.shown()} words{made_up}", flush=True)
    print(f"{engine}: {total} words in all")
    return total


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--asr", action="append", metavar="ENGINE")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR")
    given = parser.parse_args()
    if not (given.data / "noise").is_dir():
        print("Recorded noise is not measured: there are no data sets.")
    total = 0
    for engine in given.asr or ENGINES:
        try:
            total += asyncio.run(run(engine, given.data, given.minutes))
        except DragomanError as error:
            print(f"{engine}: not measured. {error.message} {error.remedy}")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
