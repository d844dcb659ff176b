"""Speaks the script's lines ahead of the meeting: 48 kHz mono, one loudness, cached."""

import asyncio
import hashlib
import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from domain.errors import MissingError, UsageError
from standin.alignment import WordEnd, align_english, spread
from standin.script import Line, Script, ScriptedParticipant

RATE = 48_000
"""Hertz."""

Pcm = npt.NDArray[np.int16]
_LOUDNESS = 0.08
"""RMS of the speaking part, of full scale."""
_PEAK = 0.9
_QUIET = 0.01
_FORMAT = "1"
_PARALLEL = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line with its sound."""

    line: Line
    language: str
    pcm: Pcm
    words: tuple[WordEnd, ...]
    aligned: bool
    """False: the word times are spread over the line by the words' lengths."""

    @property
    def duration_s(self) -> float:
        return len(self.pcm) / RATE


async def speak(script: Script, cache: Path) -> list[Spoken]:
    """All lines with their sound, in the script's order. Raises MissingError, UsageError."""
    await asyncio.to_thread(cache.mkdir, parents=True, exist_ok=True)
    turnstile = asyncio.Semaphore(_PARALLEL)

    async def one(line: Line) -> Spoken:
        async with turnstile:
            return await _speak_line(line, script.participant(line.who), cache)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(line)) for line in script.lines]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def _speak_line(line: Line, who: ScriptedParticipant, cache: Path) -> Spoken:
    engine, name = who.voice.engine, who.voice.name
    if line.wav is not None:
        engine, name = "wav", str(line.wav)
    key = await asyncio.to_thread(_key, engine, name, line.text, who.language)
    sound, times = cache / f"{key}.wav", cache / f"{key}.json"
    if not sound.is_file():
        source = Path(name)
        if engine != "wav":
            source = cache / f"{key}.raw.wav"
            await _run(_command(engine, name, line.text, source))
        await asyncio.to_thread(_normalise, source, sound)
        if engine != "wav":
            await asyncio.to_thread(source.unlink)
    return await asyncio.to_thread(_load, line, who.language, sound, times)


def _key(engine: str, name: str, text: str, language: str) -> str:
    parts = [_FORMAT, engine, name, text, language]
    digest = hashlib.sha256("\0".join(parts).encode())
    if engine == "wav":
        digest.update(Path(name).read_bytes())
    return digest.hexdigest()[:32]


def _command(engine: str, name: str, text: str, target: Path) -> Sequence[str]:
    if engine == "flite":
        return ("flite", "-voice", name, "-t", text, "-o", str(target))
    return ("espeak-ng", "-v", name, "-s", "150", "-w", str(target), "--", text)


async def _run(command: Sequence[str]) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
    except FileNotFoundError as error:
        raise MissingError(
            f"The program {command[0]} is not installed.", f"Install it: apt install {command[0]}"
        ) from error
    _, said = await process.communicate()
    if process.returncode:
        reason = said.decode(errors="replace").strip()[:200]
        raise UsageError(f"{command[0]} could not speak a line: {reason}", "Check its voice name.")


def _normalise(source: Path, target: Path) -> None:
    try:
        with wave.open(str(source), "rb") as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise UsageError(f"{source}: not a WAV file ({error}).", "Give 16-bit PCM WAV.") from error
    if width != 2:
        raise UsageError(f"{source}: {8 * width}-bit sound.", "Give 16-bit PCM WAV.")
    samples = np.frombuffer(raw, np.int16).reshape(-1, channels).mean(axis=1) / 32768
    step = gcd(RATE, rate)
    samples = resample_poly(samples, RATE // step, rate // step)
    active = samples[np.abs(samples) > _QUIET]
    if active.size:
        gain = _LOUDNESS / float(np.sqrt(np.mean(active**2)))
        samples = samples * min(gain, _PEAK / float(np.abs(samples).max()))
    partial = target.with_suffix(".part")
    with wave.open(str(partial), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    partial.replace(target)


def _load(line: Line, language: str, sound: Path, times: Path) -> Spoken:
    with wave.open(str(sound), "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    if times.is_file():
        stored = json.loads(times.read_text(encoding="utf-8"))
        words = tuple(WordEnd(text, end_s) for text, end_s in stored["words"])
        return Spoken(line, language, pcm, words, bool(stored["aligned"]))
    found = align_english(line.text, pcm) if language.startswith("en") else None
    words = found or spread(line.text, len(pcm) / RATE)
    record = {"aligned": found is not None, "words": [[w.text, w.end_s] for w in words]}
    times.write_text(json.dumps(record), encoding="utf-8")
    return Spoken(line, language, pcm, words, found is not None)
