"""Scripts of characters and languages, and the font family that draws each."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from domain.languages import primary

COMMON = "common"
CJK = "cjk"
LATIN = "latin"


@dataclass(frozen=True, slots=True)
class Family:
    """The font files of a script."""

    stem: str
    """File name up to the weight, such as NotoSansThai."""
    title: str
    package: str
    """The Debian package that brings it."""
    line: float = 1.28
    """Height of a line in em."""
    ascent: float = 1.0
    """From the top of the line to the baseline, in em."""


def _noto(script: str, title: str, line: float, ascent: float) -> Family:
    return Family(f"NotoSans{script}", f"Noto Sans {title}", "fonts-noto-core", line, ascent)


FAMILIES: dict[str, Family] = {
    LATIN: Family("NotoSans", "Noto Sans", "fonts-noto-core"),
    "arabic": _noto("Arabic", "Arabic", 1.5, 1.0),
    "hebrew": _noto("Hebrew", "Hebrew", 1.28, 0.95),
    "devanagari": _noto("Devanagari", "Devanagari", 1.42, 1.0),
    "bengali": _noto("Bengali", "Bengali", 1.42, 1.0),
    "tamil": _noto("Tamil", "Tamil", 1.42, 1.0),
    "telugu": _noto("Telugu", "Telugu", 1.5, 1.0),
    "thai": _noto("Thai", "Thai", 1.45, 1.12),
    CJK: Family("NotoSansCJK", "Noto Sans CJK", "fonts-noto-cjk", 1.32, 1.02),
}

FALLBACKS = (
    "NotoSansSymbols2",
    "NotoSansSymbols",
    "NotoSansMath",
    "NotoEmoji",
    "DejaVuSans",
    "NotoSansArmenian",
    "NotoSansGeorgian",
    "NotoSansEthiopic",
    "NotoSansGujarati",
    "NotoSansGurmukhi",
    "NotoSansKannada",
    "NotoSansMalayalam",
    "NotoSansSinhala",
    "NotoSansKhmer",
    "NotoSansLao",
    "NotoSansMyanmar",
)
"""Looked through, in this order, for characters that no family of a language has."""

_SCRIPT_OF_LANGUAGE = {
    "ar": "arabic",
    "fa": "arabic",
    "ur": "arabic",
    "he": "hebrew",
    "hi": "devanagari",
    "bn": "bengali",
    "ta": "tamil",
    "te": "telugu",
    "th": "thai",
    "ja": CJK,
    "ko": CJK,
    "zh": CJK,
}

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x005A, LATIN),
    (0x0061, 0x007A, LATIN),
    (0x00AA, 0x00AA, LATIN),
    (0x00C0, 0x02AF, LATIN),
    (0x0370, 0x052F, LATIN),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0C7F, "telugu"),
    (0x0E00, 0x0E7F, "thai"),
    (0x1100, 0x11FF, CJK),
    (0x1D00, 0x1FFF, LATIN),
    (0x2E80, 0x303F, CJK),
    (0x3040, 0x31FF, CJK),
    (0x3200, 0x9FFF, CJK),
    (0xA8E0, 0xA8FF, "devanagari"),
    (0xAC00, 0xD7FF, CJK),
    (0xF900, 0xFAFF, CJK),
    (0xFB00, 0xFB06, LATIN),
    (0xFB1D, 0xFB4F, "hebrew"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE30, 0xFE4F, CJK),
    (0xFE70, 0xFEFF, "arabic"),
    (0xFF00, 0xFFEF, CJK),
    (0x20000, 0x3FFFF, CJK),
)
_STARTS = [first for first, _, _ in _RANGES]


@lru_cache(maxsize=8192)
def script_of(char: str) -> str:
    """The script of a character; common for what several share."""
    at = bisect_right(_STARTS, ord(char)) - 1
    if at >= 0 and ord(char) <= _RANGES[at][1]:
        return _RANGES[at][2]
    return COMMON


def script_of_language(code: str) -> str:
    """The script that a language is written in here."""
    return _SCRIPT_OF_LANGUAGE.get(primary(code), LATIN)


def family_of_language(code: str) -> Family:
    """The family that draws a language."""
    return FAMILIES[script_of_language(code)]
