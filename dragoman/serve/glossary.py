"""The installation's glossary: a CSV file that pages and people may edit."""

import asyncio
import csv
import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from domain.desks import GlossaryTerm
from domain.errors import StorageError, UsageError
from domain.languages import parse_language
from domain.serving import File
from domain.text import clean
from pipeline.glossary import Glossary, Term

NAME = "glossary.csv"


class GlossaryFile:
    """The GlossaryDesk port on a file; changed as a whole, so that readers see old or new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()

    async def terms(self) -> Sequence[GlossaryTerm]:
        """By their text."""
        return await asyncio.to_thread(self._read)

    async def put(self, term: GlossaryTerm) -> None:
        """Adds a term or replaces the one of the same text."""
        text = clean(term.text, 200).strip()
        if not text:
            raise UsageError("The term is empty.", "Write the term itself.")
        said = tuple(
            (parse_language(code), clean(words, 200).strip()) for code, words in term.translations
        )
        good = replace(term, text=text, translations=tuple((c, t) for c, t in said if t))
        async with self._turn:
            others = [t for t in await self.terms() if t.text != text]
            await asyncio.to_thread(self._write, [*others, good])

    async def remove(self, text: str) -> None:
        """Takes a term away."""
        async with self._turn:
            known = await self.terms()
            kept = [term for term in known if term.text != text]
            if len(kept) == len(known):
                raise UsageError("This term is not in the glossary.", "Load the page again.")
            await asyncio.to_thread(self._write, kept)

    async def replace(self, content: bytes) -> int:
        """Puts a CSV file in the place of everything; the number of terms."""
        async with self._turn:
            terms = await asyncio.to_thread(lambda: _terms(Glossary.from_csv(content)))
            await asyncio.to_thread(self._write, terms)
            return len(terms)

    async def csv(self) -> File:
        """Everything as a CSV file."""
        content = await asyncio.to_thread(lambda: _csv(self._read()))
        return File(NAME, "text/csv", content)

    def _read(self) -> list[GlossaryTerm]:
        if not self._path.is_file():
            return []
        return _terms(Glossary.from_file(self._path))

    def _write(self, terms: Sequence[GlossaryTerm]) -> None:
        content = _csv(sorted(terms, key=lambda term: term.text.casefold()))
        if terms:
            Glossary.from_csv(content)
        part = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            os.replace(part, self._path)
        except OSError as error:
            raise StorageError(
                f"The glossary cannot be written: {error.strerror}.", "Look at the data folder."
            ) from error


def _terms(glossary: Glossary) -> list[GlossaryTerm]:
    terms = [_term(each) for each in glossary.entries]
    return sorted(terms, key=lambda term: term.text.casefold())


def _term(entry: Term) -> GlossaryTerm:
    return GlossaryTerm(entry.text, entry.translations, entry.exact)


def _csv(terms: Sequence[GlossaryTerm]) -> bytes:
    codes = sorted({code for term in terms for code, _ in term.translations})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["term", *codes, "case"])
    for term in terms:
        said = dict(term.translations)
        writer.writerow([term.text, *(said.get(code, "") for code in codes),
                         "exact" if term.exact else ""])  # fmt: skip
    return out.getvalue().encode()
