"""Meet's side of a meeting as a file: one hint a line, described in docs/transcribe.md."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.errors import UsageError
from domain.hints import CaptionHint, ChatHint, Hint, LoudnessHint, RosterHint, TileHint

KINDS: dict[str, type[Any]] = {
    "caption": CaptionHint,
    "loudness": LoudnessHint,
    "tile": TileHint,
    "roster": RosterHint,
    "chat": ChatHint,
}
"""The value of "hint" in a line -> what the line holds."""

_NAMES = {kind: name for name, kind in KINDS.items()}
_READERS: dict[str, TypeAdapter[Hint]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}
_TIMES: TypeAdapter[float] = TypeAdapter(float)


@dataclass(frozen=True, slots=True)
class TimedHint:
    """A hint and when it came."""

    hint: Hint
    came_s: float
    """Meeting second at which the session got it; never before what it tells of."""


def to_line(timed: TimedHint) -> str:
    """One line of the file, without its end."""
    value = {"hint": _NAMES[type(timed.hint)], "came_s": timed.came_s, **asdict(timed.hint)}
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def from_line(line: str) -> TimedHint:
    """The hint of a line; "came_s" may be left out. Raises ValueError."""
    value = json.loads(line)
    if not isinstance(value, dict) or value.get("hint") not in _READERS:
        raise ValueError(f'"hint" must be one of {", ".join(KINDS)}')
    hint = _READERS[value.pop("hint")].validate_python(value)
    came_s = _TIMES.validate_python(value.get("came_s", hint.at_s))
    return TimedHint(hint, came_s)


def read_hints(path: Path) -> list[TimedHint]:
    """All hints in order of their coming. A torn last line, as a kill leaves it, is passed over.

    Raises UsageError that names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"The hints {path} cannot be read: {why}.", "Give a hints.jsonl: --hints FILE"
        ) from error
    return sorted(_parse(path, lines), key=lambda timed: timed.came_s)


def _parse(path: Path, lines: list[str]) -> Iterator[TimedHint]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield from_line(line)
        except ValueError as error:
            if number == len(lines) > 1 and isinstance(error, json.JSONDecodeError):
                return
            raise UsageError(
                f"Line {number} of {path.name} is no hint: {_why(error)}.",
                "The format is described in docs/transcribe.md.",
            ) from error


def _why(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return "it is not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
