"""Fonts: found in the usual folders, one family per script, no character without a glyph."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from domain import languages
from domain.errors import MissingError
from overlay.cmap import coverage
from overlay.scripts import (
    CJK,
    COMMON,
    FALLBACKS,
    FAMILIES,
    LATIN,
    script_of,
    script_of_language,
)

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
MARK = "•"
"""Stands for characters that no font here has, such as most emoji."""

_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f\u20e3")
_CJK_INDEX = {"ja": 0, "ko": 1, "zh": 2}


@dataclass(frozen=True, slots=True)
class Face:
    """A font file and the face in it."""

    path: Path
    index: int = 0


@dataclass(frozen=True, slots=True)
class MissingFont:
    """A font that a language needs and this machine has not."""

    language: str
    family: str
    package: str
    """The Debian package that brings it."""

    def __str__(self) -> str:
        name = languages.name(self.language)
        return f"{name} needs {self.family}: apt-get install {self.package}"


@lru_cache(maxsize=8)
def _files(folders: tuple[Path, ...]) -> dict[str, Path]:
    """File name without ending -> path; earlier folders win."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in (".ttf", ".otf", ".ttc"):
                found.setdefault(path.stem, path)
    return found


class FontBook:
    """Fonts by script. For one thread at a time. Raises MissingError without Noto Sans."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._files = _files((*folders, *FOLDERS))
        if self._path(FAMILIES[LATIN].stem, bold=False) is None:
            raise MissingError(
                "The font Noto Sans is not installed.",
                "Install it: apt-get install fonts-noto-core",
            )
        self._fonts: dict[tuple[Face, int], ImageFont.FreeTypeFont] = {}
        self._faces: dict[tuple[str, str, bool], Face | None] = {}

    def _path(self, stem: str, *, bold: bool) -> Path | None:
        weights = ("Bold", "Regular") if bold else ("Regular", "Bold")
        names = [f"{stem}-{weight}" for weight in weights] + [stem]
        return next((self._files[name] for name in names if name in self._files), None)

    def face(self, script: str, language: str, *, bold: bool = False) -> Face | None:
        """The face for a script in a language; None where its family is not installed."""
        family = FAMILIES.get(script)
        path = self._path(family.stem, bold=bold) if family else None
        if path is None:
            return None
        several = script == CJK and path.suffix.lower() == ".ttc"
        return Face(path, _CJK_INDEX.get(language, 0) if several else 0)

    def face_for(self, char: str, language: str, *, bold: bool = False) -> Face | None:
        """A face that has the character: its script's, the language's, or any."""
        key = (char, language, bold)
        if key not in self._faces:
            self._faces[key] = next(
                (face for face in self._candidates(char, language, bold) if has(face, char)), None
            )
        return self._faces[key]

    def _candidates(self, char: str, language: str, bold: bool) -> Iterable[Face]:
        script = script_of(char)
        own = script_of_language(language)
        for wanted in dict.fromkeys((own if script == COMMON else script, LATIN, own, CJK)):
            face = self.face(wanted, language, bold=bold)
            if face is not None:
                yield face
        for stem in FALLBACKS:
            path = self._path(stem, bold=False)
            if path is not None:
                yield Face(path)

    def font(self, face: Face, size: int) -> ImageFont.FreeTypeFont:
        """A loaded font, kept for the next time."""
        key = (face, size)
        if key not in self._fonts:
            self._fonts[key] = ImageFont.truetype(
                str(face.path), size, index=face.index, layout_engine=ImageFont.Layout.RAQM
            )
        return self._fonts[key]

    def printable(self, text: str, language: str) -> str:
        """The text with a quiet mark instead of each sequence that no font has."""
        out: list[str] = []
        for char in text:
            if char in _JOINERS and (not out or out[-1] == MARK or char > "\u200d"):
                continue
            if char in _JOINERS or char.isspace() or self.face_for(char, language):
                out.append(char)
            elif unicodedata.category(char)[0] != "M" and (not out or out[-1] != MARK):
                out.append(MARK)
        return "".join(out)


def has(face: Face, char: str) -> bool:
    """Whether a face has a glyph for a character."""
    return bool(coverage(face.path, face.index)[ord(char)])


def missing_fonts(codes: Iterable[str], folders: Sequence[Path] | None = None) -> list[MissingFont]:
    """Fonts that the languages need and that are not installed, for the doctor."""
    files = _files(tuple(FOLDERS if folders is None else folders))
    missing = []
    for code in codes:
        family = FAMILIES[script_of_language(code)]
        if not any(f"{family.stem}-{weight}" in files for weight in ("Regular", "Bold")):
            missing.append(MissingFont(languages.primary(code), family.title, family.package))
    return missing
