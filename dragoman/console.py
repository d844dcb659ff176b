"""What the commands say on the terminal."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.errors import DragomanError
from domain.text import clean

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str = "") -> None:
    """One line."""
    _out.print(escape(text), style=style or None)


def raw(text: str) -> None:
    """Text for another program or a file, exactly as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def complain(error: DragomanError) -> None:
    """An error: what is wrong, and what to do."""
    _err.print("[bold red]error:[/] " + escape(clean(error.message, 1000)))
    if error.remedy:
        _err.print("  " + escape(clean(error.remedy, 1000)))


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, caption: str = ""
) -> None:
    """A table; cells are plain text made safe."""
    drawn = Table(title=title or None, caption=caption or None, title_justify="left")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(escape(clean(str(cell))) for cell in row))
    _out.print(drawn, soft_wrap=False)


def is_terminal() -> bool:
    """Whether a person is watching."""
    return _out.is_terminal
