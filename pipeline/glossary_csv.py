"""A glossary as a table in a file: what a line means, and what is wrong with it."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import UsageError
from domain.languages import NAMES, primary
from domain.text import clean

LONGEST = 80
"""Characters of a term or a translation."""

_YES = frozenset({"yes", "y", "1", "true", "exact", "x"})
_NO = frozenset({"", "no", "n", "0", "false", "any"})
_FORMULA = re.compile(r"=|[+\-@][^\s(]*[(|!]")
_COLUMNS = "Begin with a line such as term,es,fr that names the columns."


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    text: str
    translations: tuple[tuple[str, str], ...]
    exact: bool


def read_csv(content: str | bytes, name: str, most: int) -> list[Row]:
    """The rows of a table. Raises UsageError that names the line."""
    table = _Table(f"The glossary {name}".rstrip())
    text = table.decoded(content)
    rows: dict[str, tuple[int, Row]] = {}
    for line, cells in table.lines(text):
        row = table.row(line, cells)
        if row is None:
            continue
        before = rows.setdefault(row.text, (line, row))
        if before[1] != row:
            raise table.wrong(
                line, f"{row.text!r} stands in line {before[0]} too, otherwise.", "Keep one."
            )
        if len(rows) > most:
            raise table.wrong(line, f"More than {most} terms.", "Take some away.")
    return [row for _, row in rows.values()]


class _Table:
    """What the lines so far have told of the table."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._columns: list[str] | None = None

    def wrong(self, line: int, what: str, remedy: str = "") -> UsageError:
        """An error that names the line."""
        return UsageError(f"{self._name}, line {line}: {what}", remedy)

    def decoded(self, content: str | bytes) -> str:
        """The text of UTF-8, or of UTF-16 that says so."""
        if isinstance(content, str):
            return content.removeprefix("\ufeff")
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        try:
            return content.decode("utf-16" if wide else "utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise self.wrong(
                line, "This is not UTF-8 text.", 'Save it as "CSV UTF-8" and try again.'
            ) from error

    def lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """(number of its first line, cells) of every line that has some."""
        head = next((line for line in text.splitlines() if line.strip()), "")
        counts = {mark: head.count(mark) for mark in ",;\t"}
        delimiter = max(counts, key=lambda mark: counts[mark])
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise self.wrong(line, f"This is no CSV ({error}).", "Check its quotes.") from error

    def row(self, line: int, cells: list[str]) -> Row | None:
        """What a line says; None for the line that names the columns."""
        cells = [self._cell(line, cell) for cell in cells]
        if self._columns is None:
            self._columns, named = self._head(line, cells)
            if named:
                return None
        if any(cells[len(self._columns) :]):
            raise self.wrong(
                line, f"{len(cells)} cells, but {len(self._columns)} columns.", _COLUMNS
            )
        named_cells = dict(zip(self._columns, cells, strict=False))
        exact = named_cells.pop("case", "").casefold()
        if exact not in _YES | _NO:
            raise self.wrong(line, f"{exact!r} under case.", "Write yes or leave it empty.")
        text = named_cells.pop("term", "") or next(filter(None, named_cells.values()), "")
        if not text:
            raise self.wrong(line, "There is no term.", "Fill in the first cell.")
        said = tuple((code, cell) for code, cell in named_cells.items() if cell)
        return Row(text, said, exact in _YES)

    def _head(self, line: int, cells: list[str]) -> tuple[list[str], bool]:
        names = [cell.casefold() for cell in cells]
        while names and not names[-1]:
            names.pop()
        codes = [primary(name) if name not in ("term", "case") else name for name in names]
        known = [code in NAMES or code in ("term", "case") for code in codes]
        if "term" not in codes and not (len(codes) > 1 and all(known)):
            if len(codes) > 1:
                raise self.wrong(line, "The columns have no names.", _COLUMNS)
            return ["term"], False
        if not all(known):
            odd = names[known.index(False)]
            raise self.wrong(line, f"{odd!r} is no language.", "Use codes such as es, fr or ja.")
        if len(set(codes)) < len(codes):
            raise self.wrong(line, "A column stands there twice.", "Keep one.")
        return codes, True

    def _cell(self, line: int, cell: str) -> str:
        text = cell.strip()
        if _FORMULA.match(text):
            raise self.wrong(line, "A cell holds a formula.", "Write the plain text.")
        if len(text) > LONGEST:
            raise self.wrong(line, f"A cell is longer than {LONGEST} characters.", "Shorten it.")
        if "\n" in text or "\r" in text or "\0" in text:
            raise self.wrong(line, "A cell holds a line break or a control character.", "Mend it.")
        return clean(text, LONGEST)
