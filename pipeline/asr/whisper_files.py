"""Where a Whisper model lies on this machine, what it lacks, and how large it is."""

from dataclasses import dataclass
from pathlib import Path

SIZES_MB: dict[str, tuple[str, int]] = {
    "tiny": ("Systran/faster-whisper-tiny", 76),
    "base": ("Systran/faster-whisper-base", 146),
    "small": ("Systran/faster-whisper-small", 486),
    "medium": ("Systran/faster-whisper-medium", 1530),
    "large-v2": ("Systran/faster-whisper-large-v2", 3090),
    "large-v3": ("Systran/faster-whisper-large-v3", 3090),
    "turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
    "large-v3-turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620),
    "distil-large-v3": ("Systran/faster-distil-whisper-large-v3", 1510),
    "distil-large-v3.5": ("distil-whisper/distil-large-v3.5-ct2", 1510),
    "tiny.en": ("Systran/faster-whisper-tiny.en", 76),
    "base.en": ("Systran/faster-whisper-base.en", 146),
    "small.en": ("Systran/faster-whisper-small.en", 486),
    "medium.en": ("Systran/faster-whisper-medium.en", 1530),
}
"""Name -> repository on the hub, and megabytes to fetch."""

BEST_ON_CPU = ("base", "small", "tiny", "base.en", "small.en", "tiny.en")
BEST_ON_GPU = ("turbo", "large-v3", "distil-large-v3", "medium", "small", "base", "tiny")
COST = {
    "tiny": 1.0,
    "base": 2.2,
    "small": 7.0,
    "medium": 20.0,
    "tiny.en": 1.0,
    "base.en": 2.2,
    "small.en": 7.0,
    "medium.en": 20.0,
    "distil-large-v3": 25.0,
    "turbo": 26.0,
    "large-v3": 60.0,
}
"""Time for a window, tiny being 1: a guess before a model is measured."""
FETCHED = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
_NEEDED = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Found:
    """A model's folder, or why there is none."""

    name: str
    folder: Path | None
    looked: str
    """Where, for people."""
    missing: tuple[str, ...] = ()
    """Files that the folder lacks."""

    @property
    def whole(self) -> bool:
        return self.folder is not None and not self.missing

    @property
    def size_mb(self) -> int:
        """Of the files; where they are not here, of what would be fetched; 0 if unknown."""
        if self.folder is not None:
            return round(sum(f.stat().st_size for f in self.folder.glob("*") if f.is_file()) / 1e6)
        return SIZES_MB.get(self.name, ("", 0))[1]


def repository(name: str) -> str:
    """The hub's repository of a model's name; a name with a slash stands for itself."""
    return name if "/" in name else SIZES_MB.get(name, ("", 0))[0]


def find(name: str, path: str, cache: Path, preferred: tuple[str, ...] = BEST_ON_CPU) -> Found:
    """A model by folder, by name in the hub's cache, or the best that the cache holds."""
    if path:
        folder = Path(path).expanduser()
        if not folder.is_dir():
            return Found(name or folder.name, None, str(folder))
        return Found(name or folder.name, folder, str(folder), lacks(folder))
    if name and Path(name).expanduser().is_dir():
        return find(Path(name).name, name, cache)
    names = (name,) if name else preferred
    first = Found(names[0] if name else "", None, str(cache))
    for candidate in names:
        folder_here = _cached(repository(candidate), cache)
        if folder_here is None:
            continue
        found = Found(candidate, folder_here, str(folder_here), lacks(folder_here))
        if found.whole:
            return found
        first = first if first.folder else found
    return first


def here(cache: Path, *, on_gpu: bool) -> list[Found]:
    """Whole models of the cache among which speed may choose, the cheapest first; those that
    know English alone only where there are no others."""
    names = BEST_ON_GPU if on_gpu else BEST_ON_CPU
    found = [find(name, "", cache) for name in names]
    whole = [each for each in found if each.whole]
    many = [each for each in whole if not each.name.endswith(".en")]
    return sorted(many or whole, key=lambda each: COST.get(each.name, 1.0))


def lacks(folder: Path) -> tuple[str, ...]:
    """Files without which the model cannot be loaded, or would be sought on the hub."""
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any((folder / f"vocabulary.{ending}").is_file() for ending in ("json", "txt")):
        missing.append("vocabulary.json")
    return tuple(missing)


def _cached(repo: str, cache: Path) -> Path | None:
    if not repo:
        return None
    place = cache / f"models--{repo.replace('/', '--')}"
    reference = place / "refs" / "main"
    if reference.is_file():
        folder = place / "snapshots" / reference.read_text(encoding="utf-8").strip()
        if folder.is_dir():
            return folder
    folders = sorted(place.glob("snapshots/*"), key=lambda path: path.stat().st_mtime)
    return folders[-1] if folders else None
