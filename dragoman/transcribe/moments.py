"""Recorded sound as it would have arrived: moment by moment, the same for every kind of source."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from domain.audio import FRAME_S, FRAME_SAMPLES, MIX, SAMPLE_RATE, Frame
from dragoman.transcribe.decode import Pcm, SoundFile

_READ_SAMPLES = SAMPLE_RATE
"""Samples per track that are decoded at a time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What had arrived by a moment and not before."""

    at_s: float
    frames: tuple[Frame, ...]


class Recording(Protocol):
    """Sound that can be heard again."""

    @property
    def length_s(self) -> float | None:
        """Seconds of sound; None where that is not known beforehand."""
        ...

    @property
    def tracks(self) -> tuple[str, ...]:
        """Names of the tracks."""
        ...

    def moments(self, step_s: float) -> AsyncGenerator[Moment, None]:
        """The sound in rising order, in steps of a whole number of frames."""
        ...

    def findings(self) -> str:
        """What a person should know of the sound after it was heard; empty if nothing."""
        ...


class FileRecording:
    """A sound file: all channels as the track `mix`, or each as a track of its own."""

    def __init__(self, sound: SoundFile) -> None:
        self._sound = sound
        count = sound.tracks
        self.tracks = tuple(f"channel-{n + 1}" for n in range(count)) if count > 1 else (MIX,)

    @property
    def length_s(self) -> float | None:
        return self._sound.declared_s

    async def moments(self, step_s: float) -> AsyncGenerator[Moment, None]:
        """Decodes in a thread, at most two seconds ahead; the last frame is filled with silence."""
        per_step = max(1, round(step_s / FRAME_S)) * FRAME_SAMPLES
        at = 0
        rest = np.zeros((len(self.tracks), 0), np.int16)
        async with aclosing(_ahead(_in_blocks(self._sound.pieces()))) as pieces:
            async for piece in pieces:
                rest = np.concatenate([rest, piece], axis=1)
                while rest.shape[1] >= per_step:
                    yield self._moment(rest[:, :per_step], at)
                    rest = rest[:, per_step:]
                    at += per_step
        if rest.shape[1]:
            missing = -rest.shape[1] % FRAME_SAMPLES
            yield self._moment(np.pad(rest, ((0, 0), (0, missing))), at)

    def findings(self) -> str:
        sound = self._sound
        if not sound.cut_short:
            return ""
        of = f" of {sound.declared_s:.1f} s" if sound.declared_s is not None else ""
        why = f" ({sound.broken})" if sound.broken else ""
        return f"The file is cut short or damaged{why}: {sound.decoded_s:.1f} s{of} were heard."

    def _moment(self, pcm: Pcm, at: int) -> Moment:
        frames = tuple(
            Frame(
                track,
                (at + first) / SAMPLE_RATE,
                pcm[row, first : first + FRAME_SAMPLES].tobytes(),
            )
            for first in range(0, pcm.shape[1], FRAME_SAMPLES)
            for row, track in enumerate(self.tracks)
        )
        return Moment((at + pcm.shape[1]) / SAMPLE_RATE, frames)


def silence(tracks: tuple[str, ...], from_s: float, length_s: float, step_s: float) -> list[Moment]:
    """Quiet moments on every track."""
    per_step = max(1, round(step_s / FRAME_S))
    moments = []
    for step in range(round(length_s / FRAME_S) // per_step):
        at_s = from_s + step * per_step * FRAME_S
        frames = tuple(
            Frame(track, at_s + n * FRAME_S, bytes(FRAME_SAMPLES * 2))
            for n in range(per_step)
            for track in tracks
        )
        moments.append(Moment(at_s + per_step * FRAME_S, frames))
    return moments


def _in_blocks(pieces: Iterator[Pcm]) -> Iterator[Pcm]:
    waiting: list[Pcm] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(each.shape[1] for each in waiting) >= _READ_SAMPLES:
            yield np.concatenate(waiting, axis=1)
            waiting = []
    if waiting:
        yield np.concatenate(waiting, axis=1)


async def _ahead(pieces: Iterator[Pcm]) -> AsyncGenerator[Pcm, None]:
    """The items of a blocking iterator, the next one made in a thread meanwhile."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as thread:
        coming = loop.run_in_executor(thread, next, pieces, None)
        while (piece := await coming) is not None:
            coming = loop.run_in_executor(thread, next, pieces, None)
            yield piece
