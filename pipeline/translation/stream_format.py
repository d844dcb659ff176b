"""The text format of Apertium's programs: what is no plain word travels in brackets."""

import re

_CARRIED = re.compile(r"(?:[^\w\s.,;:!?'\"()¿¡%€£\-–—…/&+]|_)+")
_OUTPUT = re.compile(r"\[((?:\\.|[^\]\\])*)\]|\\(.)|([*@#]+)(?=\w|[*@#\[])|(.)", re.DOTALL)

_PRIVATE = {ord(char): 0xE000 + ord(char) for char in "[]{}^$<>@\\/"}
_PUBLIC = {private: public for public, private in _PRIVATE.items()}


def encode(text: str) -> bytes:
    """Text as the first program reads it, the closing NUL included."""
    text = text.replace("\0", "").replace("’", "'")
    text = _CARRIED.sub(lambda found: "[" + _escape(found.group()) + "]", text)
    return re.sub(r"(?<!\\)/", r"\\/", text).encode("utf-8", "replace") + b"[]\0"


def decode(raw: bytes) -> tuple[str, int]:
    """Plain text of what the last program wrote, and its number of unknown words."""
    out: list[str] = []
    unknown = 0
    for match in _OUTPUT.finditer(raw.decode("utf-8", "replace").rstrip("\0")):
        carried, escaped, marks, plain = match.groups()
        if carried is not None:
            out.append(carried.translate(_PUBLIC))
        elif marks is not None:
            unknown += "*" in marks or "@" in marks
        else:
            out.append(escaped if escaped is not None else plain)
    return re.sub(r"\s+", " ", "".join(out)).strip(), unknown


def _escape(text: str) -> str:
    """Characters that mean something to the programs, as private ones that mean nothing."""
    return text.translate(_PRIVATE)
