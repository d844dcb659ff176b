"""In which of two languages a sentence of an interpreted conversation really is."""

from collections.abc import Iterable

from pipeline.language_guess import guess
from pipeline.script import SCRIPTS, fits

_FEW = 4
_HAN = frozenset({"ja", "zh"})


def spoken_language(text: str, told: str, pair: Iterable[str], before: str = "") -> str:
    """The language of a text: by its script or its words, else as before, else as told.

    `told` is what the recogniser says; `before` what the caption had so far. Only these and
    the pair come into question.
    """
    possible = frozenset(code for code in (*pair, told) if code)
    return _by_script(text, possible) or _by_words(text, possible) or before or told


def _by_script(text: str, possible: frozenset[str]) -> str:
    """The only language whose script the text is written in, if there are letters enough."""
    letters = [char for char in text if char.isalpha()]
    dense = any(ord(char) > 0x2E80 for char in letters)
    if len({SCRIPTS.get(code) for code in possible}) < 2 or len(letters) < (2 if dense else _FEW):
        return ""
    enough = "".join(letters) * _FEW
    fitting = [code for code in possible if fits(enough, code)]
    return fitting[0] if len(fitting) == 1 else ""


def _by_words(text: str, possible: frozenset[str]) -> str:
    if possible >= _HAN and sum(char.isalpha() for char in text) < 2 * _FEW:
        return guess(text, possible - {"zh"})
    return guess(text, possible)
