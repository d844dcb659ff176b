"""The models that the engines use: where they come from, how large, under what terms."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import UsageError
from pipeline.asr.whisper_files import FETCHED, SIZES_MB

WEIGHTS = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")


@dataclass(frozen=True, slots=True)
class Model:
    """One model on the hub."""

    name: str
    """Short, for the command line."""
    engine: str
    """Name of the engine that uses it."""
    repository: str
    licence: str
    size_mb: int = 0
    """About; 0 where only the hub knows."""
    commercial: bool = True
    """Whether the licence allows commercial use."""
    gated: bool = False
    """The hub hands it out only to accounts that accepted its terms."""
    files: tuple[str, ...] = WEIGHTS
    """Patterns of what is fetched."""
    weights: str = "*.safetensors"
    """Pattern of the file without which nothing works."""
    gpu_gb: float = 0.0
    """Memory of a GPU that it wants; 0 where a processor is enough."""
    note: str = ""


def _whisper() -> list[Model]:
    """One model per repository, under its last known name."""
    known = {repository: (name, size) for name, (repository, size) in SIZES_MB.items()}
    return [
        Model(name, "faster-whisper", repository, "MIT", size, files=FETCHED, weights="model.bin")
        for repository, (name, size) in known.items()
    ]


_CONVERT = "convert it: ct2-transformers-converter --model FOLDER --output_dir DIR"
_SERVE = "by dragoman models serve"
_NC = "CC-BY-NC-4.0"
_TORCH = ("*.json", "*.bin", "*.spm", "*.model", "*.txt")

_OTHERS = (
    Model(
        "nllb-600m", "ctranslate2", "facebook/nllb-200-distilled-600M", _NC, 2460,
        commercial=False, files=_TORCH, weights="*.bin", note=_CONVERT,
    ),
    Model(
        "seamless-m4t-v2", "seamless", "facebook/seamless-m4t-v2-large", _NC, 9200,
        commercial=False, gpu_gb=12, note="extra: seamless",
    ),
    Model(
        "hy-mt2-1.8b", "openai", "tencent/Hy-MT2-1.8B", "Apache-2.0", 3600, gpu_gb=8,
        note=_SERVE,
    ),
    Model(
        "hy-mt2-7b", "openai", "tencent/Hy-MT2-7B", "Apache-2.0", 14000, gpu_gb=24,
        note=_SERVE,
    ),
    Model(
        "translategemma-4b", "openai", "google/translategemma-4b-it", "Gemma terms", 8000,
        gated=True, gpu_gb=16, note=_SERVE,
    ),
    Model(
        "qwen3-8b", "openai", "Qwen/Qwen3-8B", "Apache-2.0", 16000, gpu_gb=24,
        note=_SERVE,
    ),
    Model(
        "qwen3-asr-0.6b", "openai-audio", "Qwen/Qwen3-ASR-0.6B", "see its card", 1200,
        gpu_gb=8, note=_SERVE,
    ),
    Model(
        "community-1", "pyannote", "pyannote/speaker-diarization-community-1", "CC-BY-4.0",
        gated=True, files=("*",), weights="config.yaml", note="extra: diarization",
    ),
    Model(
        "kokoro-82m", "kokoro", "hexgrad/Kokoro-82M", "Apache-2.0", 330,
        files=("*.pth", "config.json", "voices/*"), weights="*.pth", note="extra: voice",
    ),
)  # fmt: skip


def catalogue(pairs: Sequence[tuple[str, str]] = ()) -> list[Model]:
    """Every model, with the translation models of these directions."""
    return [*_whisper(), *(opus(*pair) for pair in pairs), *_OTHERS]


def opus(source: str, target: str) -> Model:
    """The OPUS-MT model of a direction. Not every direction has one."""
    return Model(
        name=f"opus-mt-{source}-{target}",
        engine="ctranslate2",
        repository=f"Helsinki-NLP/opus-mt-{source}-{target}",
        licence="CC-BY-4.0",
        files=_TORCH,
        weights="*.bin",
        note=_CONVERT,
    )


def named(name: str) -> Model:
    """A model by its short name, or by OWNER/NAME on the hub. Raises UsageError."""
    known = {model.name: model for model in catalogue()}
    for model in known.values():
        if name.casefold() in (model.name, model.repository.casefold()):
            return model
    if name in SIZES_MB:
        repository = SIZES_MB[name][0]
        return next(model for model in known.values() if model.repository == repository)
    parts = name.split("-")
    if name.startswith("opus-mt-") and len(parts) == 4:
        return opus(parts[2], parts[3])
    if name.count("/") == 1 and all(name.split("/")):
        return Model(name, "", name, "unknown: read its card", files=("*",), weights="*")
    raise UsageError(
        f"There is no model {name!r}.",
        "List them with: dragoman models; any other by OWNER/NAME, as on the hub.",
    )
