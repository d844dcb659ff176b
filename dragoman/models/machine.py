"""What this machine has to run models on."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

_ASK = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU."""

    name: str
    memory_gb: float


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, memory and GPUs."""

    cores: int
    memory_gb: float
    gpus: tuple[Gpu, ...] = ()
    cuda: bool = False
    """CTranslate2 can use a GPU, so Whisper and OPUS-MT can."""

    @property
    def gpu_gb(self) -> float:
        """Memory of the largest GPU; 0 without one."""
        return max((gpu.memory_gb for gpu in self.gpus), default=0.0)

    def told(self) -> str:
        """One line for people."""
        gpus = ", ".join(f"{gpu.name} ({gpu.memory_gb:.0f} GB)" for gpu in self.gpus)
        missing = " that CTranslate2 cannot use" if self.gpus and not self.cuda else ""
        return f"{self.cores} cores, {self.memory_gb:.0f} GB memory, {gpus or 'no GPU'}{missing}"


def look(ask_gpu: Callable[[], str] | None = None) -> Machine:
    """Looks at this machine. Blocks; `ask_gpu` gives the lines of nvidia-smi."""
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(
        cores=cores or 1,
        memory_gb=pages * page / 1e9,
        gpus=tuple(_gpus((ask_gpu or _nvidia_smi)())),
        cuda=_cuda(),
    )


def _gpus(lines: str) -> list[Gpu]:
    found = []
    for line in lines.splitlines():
        name, _, memory = line.rpartition(",")
        if name and memory.strip().isdigit():
            found.append(Gpu(name.strip(), int(memory) * 1.048576 / 1000))
    return found


def _nvidia_smi() -> str:
    path = shutil.which("nvidia-smi")
    if path is None:
        return ""
    try:
        done = subprocess.run(
            [path, *_ASK], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _cuda() -> bool:
    try:
        return bool(import_module("ctranslate2").get_cuda_device_count())
    except (ImportError, RuntimeError):
        return False
