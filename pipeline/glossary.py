"""Terms that no translation may change, and terms with a translation that they must get."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import UsageError
from domain.text import clean
from pipeline.glossary_csv import LONGEST, read_csv
from pipeline.translation.wording import unmet

MAX_TERMS = 5000
MAX_BYTES = 4_000_000

_DENSE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts whose words are not set apart, or whose particles cling to them."""
_BEFORE = rf"(?<![^\W{_DENSE}])"
_AFTER = rf"(?![^\W{_DENSE}])"
_SHOUTED = 4


@dataclass(frozen=True, slots=True)
class Term:
    """A term with its translations; kept as it is in languages without one."""

    text: str
    translations: tuple[tuple[str, str], ...] = ()
    """(language, translation)."""
    exact: bool = False
    """Only in this case; short terms in capitals always are."""

    def into(self, language: str) -> str:
        """The translation, or empty where there is none."""
        return next((said for code, said in self.translations if code == language), "")


@dataclass(frozen=True, slots=True)
class Found:
    """What of the glossary stands in a text, in the text's own spelling."""

    terms: tuple[str, ...] = ()
    wording: tuple[tuple[str, str], ...] = ()

    def missing(self, translated: str) -> tuple[str, ...]:
        """What a translation should have and has not."""
        lost = tuple(term for term in self.terms if not _starts(term).search(translated))
        return lost + tuple(said for _, said in unmet(translated, self.wording))


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms of a meeting; finds those that a sentence has."""

    entries: tuple[Term, ...] = ()
    _indexes: dict[str, "_Index"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, terms: Iterable[str]) -> "Glossary":
        """A glossary of terms to keep, each once. Raises UsageError beyond MAX_TERMS."""
        cleaned = dict.fromkeys(t for t in (clean(term, LONGEST) for term in terms) if t)
        return cls._checked(tuple(map(Term, cleaned)))

    @classmethod
    def from_csv(cls, content: str | bytes, name: str = "") -> "Glossary":
        """A CSV text: one column of terms, or `term,es,fr` with translations and `case`.

        Raises UsageError that names the line.
        """
        rows = read_csv(content, name, MAX_TERMS)
        return cls._checked(tuple(Term(r.text, r.translations, r.exact) for r in rows))

    @classmethod
    def from_file(cls, path: Path) -> "Glossary":
        """A CSV file. Raises UsageError."""
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UsageError(
                f"The glossary {path} cannot be read: {error.strerror}.",
                "Check glossary_file in the settings.",
            ) from error
        if len(content) > MAX_BYTES:
            raise UsageError(
                f"The glossary {path} is larger than {MAX_BYTES // 1_000_000} MB.",
                f"It can have {MAX_TERMS} terms at most.",
            )
        return cls.from_csv(content, str(path))

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms alone, for recognisers."""
        return tuple(dict.fromkeys(entry.text for entry in self.entries))

    def with_names(self, names: Iterable[str]) -> "Glossary":
        """The same with people's names, kept where they are written so."""
        kept = dict.fromkeys(n for n in (clean(name, LONGEST) for name in names) if n)
        known = {entry.text for entry in self.entries}
        fresh = tuple(Term(name, exact=True) for name in kept if name not in known)
        return Glossary((*self.entries, *fresh)[:MAX_TERMS])

    def also(self, other: "Glossary") -> "Glossary":
        """Both together; of a term that both have, this one's. Raises UsageError."""
        known = {entry.text for entry in self.entries}
        fresh = tuple(entry for entry in other.entries if entry.text not in known)
        return self._checked((*self.entries, *fresh))

    def find(self, text: str, source: str, target: str) -> Found:
        """The terms of a text, longest first where they overlap, each once."""
        index = self._indexes.get(source)
        if index is None:
            index = self._indexes[source] = _Index(self.entries, source)
        terms: dict[str, None] = {}
        wording: dict[str, str] = {}
        for surface, entry in index.search(text):
            said = entry.into(target)
            if said:
                wording[surface] = said
            elif not index.foreign(surface, entry):
                terms[surface] = None
        longest = sorted(terms, key=lambda term: (-len(term), term))
        return Found(tuple(longest), tuple(wording.items()))

    @property
    def version(self) -> str:
        """Changes when an entry does."""
        lines = sorted(repr((e.text, sorted(e.translations), e.exact)) for e in self.entries)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]

    @classmethod
    def _checked(cls, entries: tuple[Term, ...]) -> "Glossary":
        if len(entries) > MAX_TERMS:
            raise UsageError(
                f"The glossary has {len(entries)} terms.", f"{MAX_TERMS} are possible at most."
            )
        return cls(entries)


class _Index:
    """Finds many terms in a text: only those are tried whose first two letters stand there."""

    def __init__(self, entries: Iterable[Term], source: str) -> None:
        starts: dict[str, list[tuple[str, Term]]] = {}
        self._patterns: dict[tuple[str, bool], re.Pattern[str]] = {}
        self._source = source
        for entry in entries:
            for form in {entry.text, entry.into(source) or entry.text}:
                starts.setdefault(_key(form, 0), []).append((form, entry))
        for forms in starts.values():
            forms.sort(key=lambda form: -len(form[0]))
        self._starts = starts

    def search(self, text: str) -> Iterable[tuple[str, Term]]:
        """(as it stands in the text, entry), from left to right, without overlaps."""
        at = 0
        while at < len(text):
            found = self._at(text, at)
            if found is None:
                at += 1
                continue
            yield found
            at += len(found[0])

    def foreign(self, surface: str, entry: Term) -> bool:
        """Whether it is the term's form in the source language, not the term itself."""
        return _pattern(entry.text, entry.exact).fullmatch(surface) is None

    def _at(self, text: str, at: int) -> tuple[str, Term] | None:
        for form, entry in self._starts.get(_key(text, at), ()):
            head = form.split(maxsplit=1)[0].lower()
            if _plain(text[at : at + len(head)].lower()) != _plain(head):
                continue
            key = form, entry.exact
            pattern = self._patterns.get(key)
            if pattern is None:
                pattern = self._patterns[key] = _pattern(*key)
            match = pattern.match(text, at)
            if match is not None:
                return match.group(0), entry
        return None


def _plain(text: str) -> str:
    return text.replace("’", "'")


def _key(text: str, at: int) -> str:
    return _plain(text[at : at + 2].lower())


def _pattern(form: str, exact: bool) -> re.Pattern[str]:
    """The form as a whole word, or in the plural; a possessive is no part of it."""
    letters = [char for char in form if char.isalpha()]
    shouted = form.isupper() and 1 < len(letters) <= _SHOUTED
    body = r"\s+".join(re.escape(part) for part in form.split())
    body = re.sub("['’]", "['’]", body)
    latin = bool(letters) and ord(form[-1]) < 0x250 and form[-1].isalpha() and len(form) > 2
    plural = r"(?:e?s)?" if latin and not exact else ""
    return re.compile(rf"{_BEFORE}{body}{plural}{_AFTER}", 0 if exact or shouted else re.IGNORECASE)


def _starts(said: str) -> re.Pattern[str]:
    body = r"\s+".join(re.escape(part) for part in said.split())
    return re.compile(rf"{_BEFORE}{body}", re.IGNORECASE)
