"""A small room for the hearing half: sound, hints, a clock that follows the sound."""

import asyncio
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from scipy.signal import resample_poly

from domain.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Frame
from domain.clock import FakeClock
from domain.events import Event, Notice
from domain.hints import Hint
from domain.ports import Diarizer, Recognizer
from domain.speech import SpokenUpdate
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener

FRAME_BYTES = FRAME_SAMPLES * 2
KOKORO = """
import json, sys, time
out = sys.stdout.buffer
def answer(message, sound=b""):
    out.write(json.dumps({**message, "bytes": len(sound)}).encode() + b"\\n" + sound)
    out.flush()
answer({"ready": True})
for line in sys.stdin:
    text = json.loads(line)["text"]
    if text == "die": sys.exit(1)
    if text == "hang": time.sleep(600)
    if text == "fail": answer({"error": "no"})
    else: answer({"rate": 24000, "memory_mb": 7}, text.encode())
"""
T = TypeVar("T")


@dataclass
class Heard:
    """What a listener gave out."""

    updates: list[SpokenUpdate] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def emit(self, update: SpokenUpdate) -> None:
        self.updates.append(update)

    @property
    def finals(self) -> list[SpokenUpdate]:
        """The last word on every utterance."""
        last = {u.utterance_id: u for u in self.updates if u.final}
        return sorted(last.values(), key=lambda u: u.start_s)

    def text(self, participant_id: str | None = None) -> str:
        wanted = [u for u in self.finals if participant_id in (None, u.participant_id)]
        return " ".join(word.text for update in wanted for word in update.words)

    def notices(self, kind: str) -> list[str]:
        return [e.text for e in self.events if isinstance(e, Notice) and e.kind == kind]

    def check(self) -> None:
        """The promises of SpokenUpdate."""
        last: dict[str, SpokenUpdate] = {}
        for update in self.updates:
            before = last.get(update.utterance_id)
            if before and before.final:
                assert update.final, "an utterance goes on after its end"
                assert update.words == before.words, "final words changed"
                assert update != before, "the same update twice"
                assert before.speaker in ("", update.speaker), "another name"
            if before:
                assert update.words[: before.stable] == before.words[: before.stable]
                assert update.stable >= before.stable
            assert update.stable <= len(update.words)
            assert not update.final or update.stable == len(update.words)
            last[update.utterance_id] = update
        assert all(update.final for update in last.values()), "an utterance without an end"


class Room:
    """Feeds sound and hints in the order of their times and lets the listener keep up."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.sounds: list[tuple[str, float, bytes]] = []
        self.hints: list[tuple[float, Hint]] = []
        self.speed = 25.0

    def say(self, track: str, start_s: float, pcm: bytes) -> None:
        self.sounds.append((track, start_s, pcm))

    def hint(self, hint: Hint, late_s: float = 0.0) -> None:
        self.hints.append((hint.at_s + late_s, hint))

    def _frames(self, until_s: float) -> list[Frame]:
        """Every track from its first sound on, silence between sounds."""
        frames = []
        for track in dict.fromkeys(sound[0] for sound in self.sounds):
            mine = [sound for sound in self.sounds if sound[0] == track]
            first_s = min(start_s for _, start_s, _ in mine)
            line = bytearray(int((until_s - first_s) / FRAME_S) * FRAME_BYTES)
            for _, start_s, pcm in mine:
                at = round((start_s - first_s) * SAMPLE_RATE) * 2
                line[at : at + len(pcm)] = pcm
            for index in range(len(line) // FRAME_BYTES):
                piece = bytes(line[index * FRAME_BYTES : (index + 1) * FRAME_BYTES])
                frames.append(Frame(track, first_s + index * FRAME_S, piece))
        return sorted(frames, key=lambda frame: frame.start_s)

    async def run(
        self,
        recognizer: Recognizer | None,
        settings: HearingSettings,
        until_s: float,
        diarizer: Diarizer | None = None,
    ) -> Heard:
        heard = Heard()
        listener = Listener(
            settings,
            self.clock,
            recognizer=recognizer,
            emit=heard.emit,
            notify=heard.events.append,
            diarizer=diarizer,
        )
        frames: asyncio.Queue[Frame | None] = asyncio.Queue(100_000)
        hints: asyncio.Queue[Hint | None] = asyncio.Queue(100_000)
        async with asyncio.TaskGroup() as group:
            group.create_task(listener.run(_items(frames), _items(hints)))
            waiting = sorted(self.hints, key=lambda item: item[0])
            sounds = self._frames(until_s)
            while self.clock.now < until_s:
                self.clock.advance(FRAME_S)
                while waiting and waiting[0][0] <= self.clock.now:
                    hints.put_nowait(waiting.pop(0)[1])
                while sounds and sounds[0].end_s <= self.clock.now + 1e-6:
                    frames.put_nowait(sounds.pop(0))
                await asyncio.sleep(FRAME_S / self.speed)
            frames.put_nowait(None)
            hints.put_nowait(None)
        heard.check()
        self.listener = listener
        return heard


async def _items(queue: "asyncio.Queue[T | None]") -> AsyncIterator[T]:
    while (item := await queue.get()) is not None:
        yield item


def voice_of(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    mono = sound.reshape(-1, channels).mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = resample_poly(mono, SAMPLE_RATE, rate)
    return mono.clip(-32768, 32767).astype("<i2").tobytes()


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def tone() -> Callable[[float], bytes]:
    """So many seconds of a tone, which the scripted voice activity takes for speech."""

    def make(seconds: float) -> bytes:
        times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        return (np.sin(times * 2 * np.pi * 200) * 8000 + 1).astype("<i2").tobytes()

    return make


@pytest.fixture
def kokoro_command() -> list[str]:
    """A process as Kokoro's: its sound is the text; it dies, hangs and fails when told to."""
    return [sys.executable, "-c", KOKORO]


@pytest.fixture
def flite(tmp_path: Path) -> Callable[[str, str], bytes]:
    """A sentence spoken by a flite voice."""
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")

    def speak(text: str, voice: str) -> bytes:
        path = tmp_path / "voice.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        return voice_of(path)

    return speak


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """A WAV file of the speech samples."""
    folder = Path(os.environ.get("DRAGOMAN_DATA_SETS", "../shared/data"))

    def read(name: str) -> bytes:
        if not (folder / name).exists():
            pytest.skip(f"no speech samples in {folder} (DRAGOMAN_DATA_SETS)")
        return voice_of(folder / name)

    return read


@pytest.fixture
def scripted_settings() -> HearingSettings:
    return HearingSettings(engine="scripted", vad="scripted")
