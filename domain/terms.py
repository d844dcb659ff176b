"""Text as terms that can be looked for: case and accents folded, scripts without spaces cut."""

import re
import sys
import unicodedata
from functools import lru_cache

_ACCENTS = (
    (0x0300, 0x036F),
    (0x0483, 0x0487),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x0640, 0x0640),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
)
"""Marks that people leave out when they type: accents, Hebrew and Arabic vowel points."""

_UNSPACED = (
    r"\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
    r"\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, kana, Han; Hangul too, whose particles stick to the words."""


def _marks() -> str:
    """The combining marks that are part of words, as ranges of a character class."""
    ranges: list[list[int]] = []
    for code in range(0x0300, 0x10000):
        if unicodedata.category(chr(code)) not in ("Mn", "Mc"):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


_WORD = re.compile(rf"[{_UNSPACED}]+|(?:[^\W_{_UNSPACED}]|[{_marks()}])+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")


@lru_cache(maxsize=65536)
def _folded(char: str) -> str:
    opened = unicodedata.normalize("NFKD", char)
    bare = "".join(c for c in opened if not any(a <= ord(c) <= b for a, b in _ACCENTS))
    return unicodedata.normalize("NFC", bare.casefold())


def fold(text: str) -> str:
    """Without case and accents; "Café" and "CAFE" become the same."""
    text = unicodedata.normalize("NFC", text)
    return text.lower() if text.isascii() else "".join(map(_folded, text))


def unspaced(word: str) -> bool:
    """Whether a word is of a script that puts no spaces between words."""
    return bool(_IS_UNSPACED.match(word))


def words(text: str) -> list[str]:
    """The folded words, in order; a run of a script without spaces counts as one."""
    return _WORD.findall(fold(text))


def grams(run: str) -> list[str]:
    """A run as overlapping pairs of characters, and its last character alone."""
    return [run[i : i + 2] for i in range(len(run))]


def terms(text: str) -> list[str]:
    """The folded words, in order; runs of scripts without spaces as overlapping pairs."""
    found: list[str] = []
    for word in words(text):
        if unspaced(word):
            found += grams(word)
        else:
            found.append(sys.intern(word))
    return found


def spans(text: str, wanted: str, *, prefix: bool = False) -> list[tuple[int, int]]:
    """Where folded words stand in a text (in NFC), beginning with the first of them.

    Words must stand whole, the last one may go on with `prefix`; a run of a script without
    spaces may stand within a longer one. The words between may be apart by anything else.
    """
    folded, origin = _mapped(text)
    parts = [re.escape(word) for word in _WORD.findall(wanted)]
    if not parts:
        return []
    pattern = r"[^\w]+".join(parts)
    if not unspaced(wanted):
        pattern = rf"(?<![^\W_{_UNSPACED}]){pattern}"
        end = "" if prefix else rf"(?![^\W_{_UNSPACED}])"
        pattern += rf"[^\W_{_UNSPACED}]*" if prefix else end
    found = re.finditer(pattern, folded)
    return [(origin[m.start()], origin[m.end() - 1] + 1) for m in found if m.end() > m.start()]


def _mapped(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place that it comes from."""
    folded: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text):
        became = _folded(char)
        folded.append(became)
        origin += [place] * len(became)
    return "".join(folded), origin
