"""How soon and how well words are heard: WAV files at 1x through the Listener.

    python -m benchmarks.hearing [--tracks N] [--speed X] [FILE.wav=REFERENCE TEXT | FILE.wav ...]

Without files flite speaks. Latency is the time of the first update that holds a word, less the
word's acoustic end as the final hypothesis places it. Prints one JSON line per run.
"""

import argparse
import asyncio
import json
import re
import resource
import subprocess
import tempfile
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import quantiles

import jiwer
import numpy as np
import psutil
from scipy.signal import resample_poly

from domain.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Frame
from domain.clock import MeetingClock
from domain.events import Event, Notice, StageTimed
from domain.hints import Hint, LoudnessHint, RosterHint
from domain.people import Participant
from domain.speech import SpokenUpdate
from pipeline.asr.choose import choose
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener

TEXT = (
    "Good morning everybody and thank you for joining this meeting. "
    "Today we want to talk about the budget for the next year. "
    "The first point is the new office in the city. "
    "I think we should wait until the end of the month."
)
VOICES = ("rms", "awb", "slt")


def plain(text: str) -> str:
    """A text as words alone."""
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def read(path: Path) -> bytes:
    """PCM16 mono 16 kHz of a WAV file."""
    with wave.open(str(path)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    mono = sound.reshape(-1, channels).mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = resample_poly(mono, SAMPLE_RATE, rate)
    return mono.clip(-32768, 32767).astype("<i2").tobytes()


def spoken(folder: Path) -> list[tuple[bytes, str]]:
    """The same text by each flite voice."""
    sounds = []
    for voice in VOICES:
        path = folder / f"{voice}.wav"
        subprocess.run(["flite", "-voice", voice, "-t", TEXT, "-o", str(path)], check=True)
        sounds.append((read(path), TEXT))
    return sounds


class Run:
    """One pass of sounds, each on a track of its own, through a Listener."""

    def __init__(self, sounds: list[tuple[bytes, str]], speed: float) -> None:
        self.sounds = sounds
        self.speed = speed
        self.clock = MeetingClock.start()
        self.first_s: dict[tuple[str, int, str], float] = {}
        self.finals: list[SpokenUpdate] = []
        self.events: list[Event] = []
        self.updates = 0

    async def frames(self) -> AsyncIterator[Frame]:
        """All tracks in step with the clock, two seconds of silence at the end."""
        padded = [pcm + bytes(SAMPLE_RATE * 4) for pcm, _ in self.sounds]
        step = FRAME_SAMPLES * 2
        began_s = self.clock.now_s()
        for index in range(max(len(pcm) for pcm in padded) // step):
            start_s = began_s + index * FRAME_S
            await asyncio.sleep(max(0.0, began_s + (index + 1) * FRAME_S - self.clock.now_s()))
            for track, pcm in enumerate(padded):
                piece = pcm[index * step : (index + 1) * step]
                if len(piece) == step:
                    yield Frame(f"t{track}", start_s, piece)

    async def hints(self) -> AsyncIterator[Hint]:
        """Who is there, and who is on which track."""
        ids = [f"p{index}" for index in range(len(self.sounds))]
        yield RosterHint(tuple(Participant(name, name.upper()) for name in ids), 0.0)
        for index, name in enumerate(ids):
            yield LoudnessHint(f"t{index}", name, 0.5, self.clock.now_s())

    async def emit(self, update: SpokenUpdate) -> None:
        """Notes when each word first appeared."""
        self.updates += 1
        for place, word in enumerate(update.words):
            key = (update.utterance_id, place, word.text)
            self.first_s.setdefault(key, self.clock.now_s())
        if update.final and all(u.utterance_id != update.utterance_id for u in self.finals):
            self.finals.append(update)

    def latencies(self) -> list[float]:
        """Seconds from a final word's end to the first update with it."""
        return [
            self.first_s[(update.utterance_id, place, word.text)] - word.end_s
            for update in self.finals
            for place, word in enumerate(update.words)
        ]

    def errors(self) -> list[float]:
        """Word error rate per track that has a reference."""
        rates = []
        for track, (_, reference) in enumerate(self.sounds):
            mine = [u for u in self.finals if u.participant_id == f"p{track}"]
            heard = " ".join(w.text for u in sorted(mine, key=lambda u: u.start_s) for w in u.words)
            if reference:
                rates.append(round(jiwer.wer(plain(reference), plain(heard) or "-"), 3))
        return rates


async def measure(sounds: list[tuple[bytes, str]], name: str, speed: float) -> dict[str, object]:
    """Runs once and gives the figures."""
    recognizer, reason = await choose("auto")
    run = Run(sounds, speed)
    settings = HearingSettings(languages=("en",))
    listener = Listener(
        settings, run.clock, recognizer=recognizer, emit=run.emit, notify=run.events.append
    )
    me = psutil.Process()
    began, cpu = time.monotonic(), time.process_time()
    await listener.run(run.frames(), run.hints())
    wall = time.monotonic() - began
    own = time.process_time() - cpu
    children = me.children(recursive=True)
    workers = sum(sum(child.cpu_times()[:2]) for child in children)
    memory = sum(p.memory_full_info().pss for p in [me, *children]) / 1e6
    await recognizer.aclose()
    late = run.latencies()
    cuts = quantiles(late, n=20, method="inclusive") if len(late) > 1 else [0.0] * 19
    return {
        "run": name,
        "tracks": len(sounds),
        "words": len(late),
        "latency_p50_s": round(cuts[9], 2),
        "latency_p95_s": round(cuts[18], 2),
        "wer": run.errors(),
        "cpu_own": round(own / wall, 3),
        "cpu_workers": round(workers / wall, 3),
        "pss_mb": round(memory),
        "updates": run.updates,
        "recognise_s": round(sum(e.seconds for e in run.events if isinstance(e, StageTimed)), 2),
        "notices": [e.text for e in run.events if isinstance(e, Notice)],
        "engine": reason,
        "heard": " | ".join(" ".join(w.text for w in u.words) for u in run.finals),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
    }


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE.wav[=REFERENCE]")
    parser.add_argument("--together", action="store_true", help="all files at once, one per track")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.files:
            pairs = [item.partition("=") for item in given.files]
            sounds = [(read(Path(path)), text) for path, _, text in pairs]
            names = [Path(path).name for path, _, _ in pairs]
        else:
            sounds, names = spoken(Path(folder)), list(VOICES)
    if given.together:
        print(json.dumps(asyncio.run(measure(sounds, "+".join(names), 1.0))))
        return
    for sound, name in zip(sounds, names, strict=True):
        print(json.dumps(asyncio.run(measure([sound], name, 1.0))))


if __name__ == "__main__":
    main()
