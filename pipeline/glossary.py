"""Terms and names that no translation may change."""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import UsageError
from domain.text import clean

MAX_TERMS = 5000


@dataclass(frozen=True, slots=True)
class Glossary:
    """Do-not-translate terms, in the spelling that must stay."""

    terms: tuple[str, ...] = ()

    @classmethod
    def of(cls, terms: Iterable[str]) -> "Glossary":
        """A glossary of these terms, each once. Raises UsageError beyond MAX_TERMS."""
        cleaned = tuple(dict.fromkeys(t for t in (clean(term, 80) for term in terms) if t))
        if len(cleaned) > MAX_TERMS:
            raise UsageError(
                f"The glossary has {len(cleaned)} terms.", f"{MAX_TERMS} are possible at most."
            )
        return cls(cleaned)

    @classmethod
    def from_csv(cls, text: str) -> "Glossary":
        """The first column of a CSV text; a heading "term" is left out."""
        rows = [row[0].strip() for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) if row]
        if rows and rows[0].casefold() == "term":
            rows = rows[1:]
        return cls.of(rows)

    def with_names(self, names: Iterable[str]) -> "Glossary":
        """The same with people's names."""
        return Glossary.of((*self.terms, *names))

    @property
    def version(self) -> str:
        """Changes when a term does."""
        return hashlib.sha256("\n".join(sorted(self.terms)).encode()).hexdigest()[:12]
