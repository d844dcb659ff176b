"""What Apertium has installed: directions, their programs, and ways through them."""

import re
import shlex
from collections import deque
from collections.abc import Mapping
from pathlib import Path

Pair = tuple[str, str]

_CODES = {
    "afr": "af", "arg": "an", "ast": "ast", "bel": "be", "bre": "br", "bul": "bg", "cat": "ca",
    "ces": "cs", "cym": "cy", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "epo": "eo",
    "eus": "eu", "fra": "fr", "glg": "gl", "hbs": "sr", "hin": "hi", "ind": "id", "isl": "is",
    "ita": "it", "kaz": "kk", "mkd": "mk", "nld": "nl", "nno": "nn", "nob": "no", "oci": "oc",
    "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "slv": "sl", "spa": "es", "srd": "sc",
    "swe": "sv", "ukr": "uk", "urd": "ur", "zlm": "ms",
}  # fmt: skip
_NAME = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")


def installed(folder: Path) -> dict[Pair, Path]:
    """Each direction's mode file; regional variants are left aside."""
    found: dict[Pair, Path] = {}
    for path in sorted(folder.glob("*.mode")):
        match = _NAME.fullmatch(path.stem)
        if match:
            source, target = (_CODES.get(code, code) for code in match.groups())
            found.setdefault((source, target), path)
    return found


def command(path: Path) -> str:
    """The shell pipeline of a mode file, every word quoted, every program told to answer at
    each NUL."""
    stages = []
    for stage in path.read_text(encoding="utf-8").strip().split("|"):
        words = ["-g" if word == "$1" else word for word in shlex.split(stage) if word != "$2"]
        stages.append(shlex.join([words[0], "-z", *words[1:]]))
    return " | ".join(stages)


def ways(pairs: Mapping[Pair, object], longest: int = 3) -> dict[Pair, tuple[str, ...]]:
    """The shortest way for every direction that can be reached in so many hops."""
    found: dict[Pair, tuple[str, ...]] = {}
    for start in sorted({source for source, _ in pairs}):
        waiting: deque[tuple[str, ...]] = deque([(start,)])
        while waiting:
            way = waiting.popleft()
            for source, target in sorted(pairs):
                new = source == way[-1] and target != start and (start, target) not in found
                if new and len(way) <= longest:
                    found[start, target] = (*way, target)
                    waiting.append((*way, target))
    return found
