"""Finds translation models that are converted for CTranslate2, and what they translate."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.languages import NAMES
from pipeline.translation import codes

Pair = tuple[str, str]

_NAME = re.compile(r"(?:opus-mt|opus)(?:-tc)?(?:-(?:big|base|tiny))*-([A-Za-z_]+)-([A-Za-z_]+)$")
_TAG = re.compile(rb">>([a-zA-Z_]+)<<")
_GROUPS = {
    "romance": ("fr", "es", "it", "pt", "ro", "ca", "gl"),
    "roa": ("fr", "es", "it", "pt", "ro", "ca", "gl"),
    "zle": ("ru", "uk"),
    "zls": ("bg", "hr", "sl", "sr"),
    "zlw": ("cs", "pl", "sk"),
    "sla": ("bg", "cs", "hr", "pl", "ru", "sk", "sl", "sr", "uk"),
    "gmw": ("de", "en", "nl"),
    "gmq": ("da", "no", "sv"),
    "bat": ("lt", "lv"),
    "mul": tuple(NAMES),
}
"""Groups of languages in the names of OPUS-MT models."""
_VOCABULARIES = ("shared_vocabulary", "source_vocabulary")


@dataclass(frozen=True, slots=True)
class Marks:
    """Tokens that a direction wants around the text."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    """The translation begins with them."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A converted model on the disk."""

    path: Path
    family: str = ""
    """opus-mt, nllb or m2m100."""
    ways: dict[Pair, Marks] = field(default_factory=dict)
    size: int = 0
    """Bytes of the weights."""
    problem: str = ""
    """What is missing, for people; such a model is not used."""


def find(folders: Sequence[Path]) -> list[ModelFolder]:
    """The models in these folders and one level below; models of one direction come first."""
    found: dict[Path, ModelFolder] = {}
    for folder in folders:
        for path in (folder, *_below(folder)):
            try:
                if _is_model(path):
                    found.setdefault(path.resolve(), examine(path))
            except OSError as error:
                found[path] = ModelFolder(path, problem=f"it cannot be read ({error.strerror})")
    return sorted(found.values(), key=lambda model: len(model.ways))


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []


def examine(path: Path) -> ModelFolder:
    """What a folder holds; `problem` tells what keeps it from being used."""
    if not (path / "model.bin").is_file():
        return ModelFolder(path, problem="model.bin is missing")
    words = next((p for name in _VOCABULARIES for p in path.glob(f"{name}.*")), None)
    if words is None:
        return ModelFolder(path, problem="the vocabulary is missing")
    raw = words.read_bytes()
    end = () if _config(path, "config.json").get("add_source_eos") else ("</s>",)
    if b"eng_Latn" in raw:
        family, ways = "nllb", _nllb(raw, end, _config(path, "tokenizer_config.json"))
    elif b"__en__" in raw:
        family, ways = "m2m100", _m2m(raw, end)
    else:
        family, ways = "opus-mt", _opus(path, raw, end)
    problem = "" if ways else "its name does not tell the direction, as opus-mt-en-es does"
    return ModelFolder(
        path, family, ways, (path / "model.bin").stat().st_size, problem or _no_tokens(path)
    )


def _is_model(path: Path) -> bool:
    inside = any((path / name).is_file() for name in ("model.bin", "source.spm"))
    return inside or any(path.glob("*_vocabulary.*"))


def _no_tokens(path: Path) -> str:
    both = (path / "source.spm").is_file() and (path / "target.spm").is_file()
    single = [path / "sentencepiece.bpe.model", path / "tokenizer.json"]
    if both or any(each.is_file() for each in single):
        return ""
    return "source.spm and target.spm, sentencepiece.bpe.model or tokenizer.json are missing"


def _config(path: Path, name: str) -> dict[str, Any]:
    try:
        read = json.loads((path / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _nllb(raw: bytes, end: tuple[str, ...], config: dict[str, Any]) -> dict[Pair, Marks]:
    """The language's code stands before the text; with old tokenizers after its end."""
    known = set(re.findall(rb"[a-z]{3}_[A-Z][a-z]{3}", raw))
    here = {code: name for code, name in codes.FLORES.items() if name.encode() in known}
    old = bool(config.get("legacy_behaviour"))
    return {
        (a, b): Marks(() if old else (x,), (*end, x) if old else end, (y,))
        for a, x in here.items()
        for b, y in here.items()
        if a != b
    }


def _m2m(raw: bytes, end: tuple[str, ...]) -> dict[Pair, Marks]:
    here = {code: codes.m2m(code) for code in NAMES if codes.m2m(code).encode() in raw}
    return {
        (a, b): Marks((x,), end, (y,)) for a, x in here.items() for b, y in here.items() if a != b
    }


def _opus(path: Path, raw: bytes, end: tuple[str, ...]) -> dict[Pair, Marks]:
    match = _NAME.search(re.sub(r"[-_](?:ct2|ctranslate2|int8|float\w*)$", "", path.name))
    config = _config(path, "tokenizer_config.json")
    names = match.groups() if match else (config.get("source_lang"), config.get("target_lang"))
    if not all(isinstance(name, str) and name for name in names):
        return {}
    tags = {codes.ours(tag.decode().split("_")[0]): tag.decode() for tag in _TAG.findall(raw)}
    sources, targets = (_languages(str(name)) for name in names)
    if tags:
        targets = tuple(code for code in tags if code in NAMES)
    return {
        (a, b): Marks((f">>{tags[b]}<<",) if tags else (), end)
        for a in sources
        for b in targets
        if a != b
    }


def _languages(name: str) -> tuple[str, ...]:
    return _GROUPS.get(name.casefold(), tuple(codes.ours(code) for code in name.split("_")))
