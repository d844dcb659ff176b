"""Which models suit a machine."""

from collections.abc import Sequence

from dragoman.models.machine import Machine

LEAST_GPU_GB = 8
LARGE_GPU_GB = 24
FEW_CORES = 3
MANY_CORES = 8


def recommended(machine: Machine, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Names of models with the reason for each; what needs no model is not among them."""
    advice = {_whisper(machine)[0]: _whisper(machine)[1]}
    refine = _refine(machine)
    advice.setdefault(refine, "for the second pass after a meeting")
    server = served(machine)
    if server:
        advice[server] = "translation on the GPU, by `dragoman models serve`"
    else:
        for source, target in pairs:
            advice[f"opus-mt-{source}-{target}"] = "translation on the processor"
    if machine.gpu_gb >= LEAST_GPU_GB or machine.cores >= MANY_CORES:
        advice["community-1"] = "tells voices apart"
    if machine.gpu_gb or machine.cores > FEW_CORES + 1:
        advice["kokoro-82m"] = "voices"
    return advice


def served(machine: Machine) -> str:
    """The translation model that the GPU holds beside a recogniser; empty without such a GPU."""
    if machine.gpu_gb >= LARGE_GPU_GB:
        return "hy-mt2-7b"
    return "hy-mt2-1.8b" if machine.gpu_gb >= LEAST_GPU_GB else ""


def _whisper(machine: Machine) -> tuple[str, str]:
    if machine.cuda and machine.gpu_gb >= LEAST_GPU_GB:
        return "large-v3-turbo", "live captions on the GPU"
    if machine.cores <= FEW_CORES:
        return "base", "live captions; a larger one falls behind on so few cores"
    if machine.cores < MANY_CORES:
        return "small", "live captions"
    return "small", "live captions; try turbo where nothing else runs"


def _refine(machine: Machine) -> str:
    if machine.cuda and machine.gpu_gb >= LEAST_GPU_GB:
        return "large-v3"
    return "large-v3-turbo" if machine.memory_gb >= 6 else "small"
