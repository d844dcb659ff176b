"""What Whisper costs on this machine: true shapes with random weights, so speed and nothing else.

    nice python -m benchmarks.whisper_speed [--sizes tiny,base,small] [--threads N] [--cuda]

Each figure is the best of up to five runs. On a processor it is the lesser of wall-clock and
processor time: with one thread, what the window takes where nothing else runs. `--cuda` measures
a GPU instead, and says so where there is none.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import machine
from benchmarks.whisper_weights import Shape, write_model
from pipeline.asr.speed import LOAD, UTTERANCE_S
from pipeline.asr.whisper_model import compute_type_of

SHAPES = {
    "tiny": Shape(384, 6, 4),
    "base": Shape(512, 8, 6),
    "small": Shape(768, 12, 12),
    "medium": Shape(1024, 16, 24),
    "turbo": Shape(1280, 20, 32, mels=128, decoder_layers=4),
}
ON_CPU, ON_GPU = ("tiny", "base", "small"), ("small", "medium", "turbo")
WINDOWS = {"30 s, padded": 3000, "10 s, short": 1100, "5 s, short": 600}
"""Frames of 10 ms, with the margin that short windows get."""
TOKENS = 30
_PROMPT = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"]
_MOST_RUNS, _ENOUGH_S = 5, 5.0
_MOST_BATCH = 512
_LATENCY_S = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds for a batch of windows."""

    encoder_s: float
    decoder_s: float
    times_s: float
    """The pass that gives words their times."""

    @property
    def window_s(self) -> float:
        return self.encoder_s + self.decoder_s + self.times_s


class Bench:
    """A model of a shape on a device."""

    def __init__(self, folder: Path, shape: Shape, device: str, threads: int) -> None:
        self._library: Any = import_module("ctranslate2")
        self._mels = shape.mels
        self._on_cpu = device == "cpu"
        self.kind = compute_type_of(device, "auto")
        self._model = self._library.models.Whisper(
            str(folder), device=device, compute_type=self.kind, intra_threads=threads
        )

    def cost(self, frames: int, batch: int) -> Cost:
        """Of so many windows at once."""
        sound = np.random.default_rng(1).standard_normal((batch, self._mels, frames))
        features = self._library.StorageView.from_array(sound.astype(np.float32))
        encoded = self._model.encode(features)
        words = [list(range(100, 100 + TOKENS))] * batch
        return Cost(
            self._best(lambda: self._model.encode(features, to_cpu=not self._on_cpu)),
            self._best(lambda: self._generate(encoded, batch)),
            self._best(lambda: self._model.align(encoded, [50258, 50259], words, [frames] * batch)),
        )

    def _generate(self, encoded: Any, batch: int) -> None:
        found = self._model.generate(
            encoded,
            [_PROMPT] * batch,
            beam_size=1,
            max_length=2 * TOKENS,
            suppress_blank=False,
            suppress_tokens=[50257],
        )
        assert all(len(each.sequences_ids[0]) == TOKENS for each in found)

    def _best(self, work: Callable[[], object]) -> float:
        took: list[float] = []
        end_s = time.monotonic() + _ENOUGH_S
        while len(took) < _MOST_RUNS and (not took or time.monotonic() < end_s):
            wall_s, used_s = time.perf_counter(), time.process_time()
            work()
            wall_s, used_s = time.perf_counter() - wall_s, time.process_time() - used_s
            took.append(min(wall_s, used_s) if self._on_cpu else wall_s)
        return min(took)


def tracks(window_s: float, step_s: float | None) -> int:
    """How many who speak without a pause are kept up with; without a step, finals only."""
    per_s = 1 / UTTERANCE_S + (1 / step_s if step_s else 0)
    return int(LOAD / (window_s * per_s))


def on_cpu(names: Sequence[str], threads: int) -> Iterator[str]:
    """The table of a processor, a line at a time."""
    yield "| model | window | tracks at once | encoder | 30 tokens | word times | each window |"
    yield "|---|---|---|---|---|---|---|"
    keeps_up = []
    for name, bench in _benches(names, "cpu", threads):
        for window, frames in WINDOWS.items():
            for batch in (1, 2, 3):
                cost = bench.cost(frames, batch)
                parts = (cost.encoder_s, cost.decoder_s, cost.times_s, cost.window_s / batch)
                yield _row(name, window, batch, *(_ms(part) for part in parts))
                if batch == 1:
                    live, finals = tracks(cost.window_s, 1.0), tracks(cost.window_s, None)
                    keeps_up.append(_row(name, window, live, finals))
    yield ""
    yield "| model | window | tracks, drafts each second | tracks, finals only |"
    yield "|---|---|---|---|"
    yield from keeps_up


def on_gpu(names: Sequence[str]) -> Iterator[str]:
    """The table of a GPU: latency of one window, and how many fit."""
    yield (
        f"| model | window | one window | largest batch within {_LATENCY_S:g} s | it takes "
        "| largest batch tried that fits |"
    )
    yield "|---|---|---|---|---|---|"
    for name, bench in _benches(names, "cuda", 1):
        for window, frames in WINDOWS.items():
            took = _batches(bench, frames)
            prompt = [n for n, took_s in took.items() if took_s <= _LATENCY_S] or [min(took)]
            best = max(prompt)
            yield _row(name, window, _ms(took[1]), best, _ms(took[best]), max(took))


def _batches(bench: Bench, frames: int) -> dict[int, float]:
    """Seconds by size of batch, doubled until memory ends or it is pointless."""
    took: dict[int, float] = {}
    batch = 1
    while batch <= _MOST_BATCH and (not took or max(took.values()) < 4 * _LATENCY_S):
        try:
            took[batch] = bench.cost(frames, batch).window_s
        except RuntimeError:
            if not took:
                raise
            break
        batch *= 2
    return took


def _benches(names: Sequence[str], device: str, threads: int) -> Iterator[tuple[str, Bench]]:
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            path = write_model(Path(folder) / name, SHAPES[name])
            bench = Bench(path, SHAPES[name], device, threads)
        yield f"{name}, {bench.kind}", bench


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.whisper_speed")
    parser.add_argument("--sizes", default="", help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--threads", type=int, default=max(1, min(4, (os.cpu_count() or 1) - 1)))
    parser.add_argument("--cuda", action="store_true")
    asked = parser.parse_args()
    names = [name for name in asked.sizes.split(",") if name] or (ON_GPU if asked.cuda else ON_CPU)
    if unknown := set(names) - set(SHAPES):
        parser.error(f"no such size: {', '.join(sorted(unknown))}")
    print("Whisper through CTranslate2: true shapes, random weights, greedy.\n")
    if not asked.cuda:
        load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
        print(f"{machine()}; threads: {asked.threads}{load}.\n")
        lines = on_cpu(names, asked.threads)
    elif import_module("ctranslate2").get_cuda_device_count() == 0:
        print(f"Not measured, as CTranslate2 finds no GPU here ({machine()}):")
        print(f"latency and largest batch of {', '.join(names)}.")
        return
    else:
        print(f"{_gpu()}; {machine()}.\n")
        lines = on_gpu(names)
    for line in lines:
        print(line, flush=True)


def _gpu() -> str:
    """Its name, where the driver tells it."""
    names = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    lines = [line for path in names for line in path.read_text(encoding="utf-8").splitlines()]
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return models[0] if models else "a GPU"


if __name__ == "__main__":
    main()
