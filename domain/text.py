"""Foreign text made safe to show: names, captions, chat and model output."""

import re
import unicodedata

_LINE_BREAKS = re.compile(r"\s+")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_BIDI_CONTROLS = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
)
_KEPT_FORMAT = {"\u200c", "\u200d"}
"""Zero-width (non-)joiners: Indic scripts, Persian and emoji need them."""

MAX_NAME = 80
MAX_TEXT = 2000


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """One line of plain text: no control or bidirectional override characters, white space
    folded, at most `limit` characters (the last of them an ellipsis where it was cut).

    Markup is left as it stands: whoever writes HTML, VTT or Markdown escapes for itself.
    """
    text = _ANSI.sub("", text[: limit * 4]).translate(_BIDI_CONTROLS)
    text = "".join(
        char
        for char in text
        if char in _KEPT_FORMAT or char.isspace() or unicodedata.category(char)[0] != "C"
    )
    text = _LINE_BREAKS.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean_name(name: str) -> str:
    """A person's name made safe to show."""
    return clean(name, MAX_NAME)
