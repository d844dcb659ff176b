"""Which script a language is written in."""

import unicodedata

SCRIPTS: dict[str, tuple[str, ...]] = {
    "ar": ("ARABIC",),
    "fa": ("ARABIC",),
    "ur": ("ARABIC",),
    "he": ("HEBREW",),
    "bg": ("CYRILLIC",),
    "ru": ("CYRILLIC",),
    "uk": ("CYRILLIC",),
    "sr": ("CYRILLIC", "LATIN"),
    "el": ("GREEK",),
    "hi": ("DEVANAGARI",),
    "bn": ("BENGALI",),
    "ta": ("TAMIL",),
    "te": ("TELUGU",),
    "th": ("THAI",),
    "ko": ("HANGUL",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA"),
    "zh": ("CJK",),
}
"""Primary subtag -> how the Unicode names of its letters begin; Latin where it is not named."""

_FEW = 4


def fits(text: str, language: str) -> bool:
    """Whether at least half of a text's letters are of the language's script; few always are."""
    wanted = SCRIPTS.get(language, ("LATIN",))
    letters = [char for char in text if char.isalpha()]
    fitting = sum(unicodedata.name(char, "").startswith(wanted) for char in letters)
    return len(letters) < _FEW or fitting >= 0.5 * len(letters)
