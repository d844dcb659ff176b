"""Fonts for pages: one for each script that a text needs."""

from functools import lru_cache
from pathlib import Path

from domain.errors import MissingError

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts").expanduser(),
)

BASE = "NotoSans"
CJK = "NotoSansCJK"
CJK_FACES = {"ja": 0, "ko": 1, "zh": 2}

SCRIPTS: tuple[tuple[str, tuple[tuple[int, int], ...], str], ...] = (
    ("NotoSansHebrew", ((0x0590, 0x05FF), (0xFB1D, 0xFB4F)), "fonts-noto-core"),
    (
        "NotoSansArabic",
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
        "fonts-noto-core",
    ),
    ("NotoSansDevanagari", ((0x0900, 0x097F), (0xA8E0, 0xA8FF)), "fonts-noto-core"),
    ("NotoSansBengali", ((0x0980, 0x09FF),), "fonts-noto-core"),
    ("NotoSansGurmukhi", ((0x0A00, 0x0A7F),), "fonts-noto-core"),
    ("NotoSansGujarati", ((0x0A80, 0x0AFF),), "fonts-noto-core"),
    ("NotoSansTamil", ((0x0B80, 0x0BFF),), "fonts-noto-core"),
    ("NotoSansTelugu", ((0x0C00, 0x0C7F),), "fonts-noto-core"),
    ("NotoSansKannada", ((0x0C80, 0x0CFF),), "fonts-noto-core"),
    ("NotoSansMalayalam", ((0x0D00, 0x0D7F),), "fonts-noto-core"),
    ("NotoSansSinhala", ((0x0D80, 0x0DFF),), "fonts-noto-core"),
    ("NotoSansThai", ((0x0E00, 0x0E7F),), "fonts-noto-core"),
    ("NotoSansLao", ((0x0E80, 0x0EFF),), "fonts-noto-core"),
    ("NotoSansMyanmar", ((0x1000, 0x109F),), "fonts-noto-core"),
    ("NotoSansGeorgian", ((0x10A0, 0x10FF),), "fonts-noto-core"),
    ("NotoSansArmenian", ((0x0530, 0x058F),), "fonts-noto-core"),
    ("NotoSansEthiopic", ((0x1200, 0x137F),), "fonts-noto-core"),
    ("NotoSansKhmer", ((0x1780, 0x17FF),), "fonts-noto-core"),
    (
        CJK,
        ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF),
         (0xFF00, 0xFFEF), (0x20000, 0x3FFFF)),
        "fonts-noto-cjk",
    ),
    ("NotoSansMath", ((0x2200, 0x22FF), (0x1D400, 0x1D7FF)), "fonts-noto-core"),
    ("NotoSansSymbols2", ((0x2190, 0x21FF), (0x2300, 0x2BFF)), "fonts-noto-core"),
    ("DejaVuSans", ((0x1F600, 0x1F64F),), "fonts-dejavu-core"),
)  # fmt: skip
"""Font, the characters it is for, and the Debian package that brings it."""


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in (".ttf", ".otf", ".ttc"):
                found.setdefault(path.stem, path)
    return found


def font(stem: str, *, bold: bool = False) -> Path | None:
    """A font's file; the regular one where there is no bold one."""
    names = (f"{stem}-Bold", f"{stem}-Regular", stem) if bold else (f"{stem}-Regular", stem)
    return next((_files()[name] for name in names if name in _files()), None)


def base(*, bold: bool = False) -> Path:
    """The font of Latin, Greek and Cyrillic. Raises MissingError."""
    path = font(BASE, bold=bold)
    if path is None:
        raise MissingError(
            "The font Noto Sans is not installed.", "Install it: apt-get install fonts-noto-core"
        )
    return path


def needed(text: str) -> list[str]:
    """The fonts besides the base that a text needs, in order."""
    codes = {ord(char) for char in text if ord(char) > 0x052F}
    return [
        stem
        for stem, ranges, _ in SCRIPTS
        if any(first <= code <= last for code in codes for first, last in ranges)
    ]
