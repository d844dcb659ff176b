"""What the commands say on the terminal."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.errors import DragomanError
from domain.text import clean

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

T = TypeVar("T")

UNBROKEN = 16
"""Words of up to so many characters stay whole in a table."""


def say(text: str, style: str = "") -> None:
    """One line."""
    _out.print(escape(text), style=style or None)


def raw(text: str) -> None:
    """Text for another program or a file, exactly as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def note(text: str) -> None:
    """One line beside the result: programs that read the result do not see it."""
    _err.print(escape(clean(text, 1000)), style="dim")


def plain(value: object) -> None:
    """A value as JSON, for programs."""
    raw(json.dumps(value, indent=2, default=_plain) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def complain(error: DragomanError) -> None:
    """An error: what is wrong, and what to do."""
    _err.print("[bold red]error:[/] " + escape(clean(error.message, 1000)))
    if error.remedy:
        _err.print("  " + escape(clean(error.remedy, 1000)))


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int | None]:
    """Widths of the columns at which short words stay whole; none where they do not fit."""
    texts = [[column, *(row[at] for row in cells)] for at, column in enumerate(columns)]
    wide = [max(map(cell_len, column)) for column in texts]
    least = [min(UNBROKEN, max(map(cell_len, " ".join(each).split()), default=0)) for each in texts]
    room = _out.width - 3 * len(columns) - 1
    if sum(least) > room:
        return [None] * len(columns)
    while sum(wide) > room:
        widest = max(range(len(wide)), key=lambda at: wide[at] - least[at])
        wide[widest] -= 1
    return list(wide)


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, caption: str = ""
) -> None:
    """A table; cells are plain text made safe."""
    drawn = Table(title=title or None, caption=caption or None, title_justify="left")
    cells = [[clean(str(cell)) for cell in row] for row in rows]
    for column, width in zip(columns, _widths(columns, cells), strict=True):
        drawn.add_column(column, overflow="fold", width=width)
    for row in cells:
        drawn.add_row(*(escape(cell) for cell in row))
    _out.print(drawn, soft_wrap=False)


def listing(
    items: Sequence[T],
    columns: Sequence[tuple[str, Callable[[T], object]]],
    *,
    plain_of: Callable[[T], object],
    as_json: bool,
    nothing: str,
) -> None:
    """A list, as a table whose columns have a title and a value of each item, or as JSON;
    `nothing` is told where a table would be empty."""
    if as_json:
        plain([plain_of(item) for item in items])
    elif not items:
        say(nothing)
    else:
        rows = [[value(item) for _, value in columns] for item in items]
        table("", [title for title, _ in columns], rows)


def is_terminal() -> bool:
    """Whether a person is watching."""
    return _out.is_terminal
