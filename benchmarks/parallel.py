"""The same passages in several languages, sentence by sentence."""

import json
import re
from pathlib import Path

DATA = Path(__file__).parents[2] / "shared" / "data"
_END = re.compile(r"(?<=[.!?])\s+")
_ROWS = {"de": (0, 1, 4, 5)}
"""Which of the passage's seven sentences a shorter text has."""


def passages(folder: Path = DATA) -> dict[str, dict[int, str]]:
    """Language -> number of the sentence -> sentence; empty where the texts are not at hand."""
    index = folder / "index.json"
    if not index.is_file():
        return {}
    found: dict[str, dict[int, str]] = {}
    for entry in json.loads(index.read_text(encoding="utf-8")):
        if entry["file"].startswith("parallel/") and entry["reference_text"]:
            sentences = _END.split(entry["reference_text"].strip())
            rows = _ROWS.get(entry["language"], range(len(sentences)))
            found[entry["language"]] = dict(zip(rows, sentences, strict=True))
    return found


def talk(folder: Path = DATA) -> list[str]:
    """Sentences of a recorded telephone talk, in order."""
    path = folder / "meeting" / "sample.stm"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [sentence for line in lines for sentence in _END.split(line.split(maxsplit=5)[5])]
