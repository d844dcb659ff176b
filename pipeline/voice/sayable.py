"""Text made fit to be spoken: plain, bounded, with something to say in it."""

import re

from domain.errors import EngineError
from domain.text import clean

MAX_CHARACTERS = 600
"""Of one text; a caption is far shorter. What is longer is cut at a word."""

_LETTER = re.compile(r"[^\W_]")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


def sayable(text: str, limit: int = MAX_CHARACTERS) -> str:
    """One line to speak. Raises EngineError where there is no letter or figure in it."""
    line = clean(_ADDRESS.sub(" ", text), limit * 2)
    if len(line) > limit:
        line = line[:limit].rsplit(" ", 1)[0] or line[:limit]
    if not _LETTER.search(line):
        raise EngineError("There is nothing to say in the text.")
    return line
