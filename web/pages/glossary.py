"""The glossary: terms that no translation may change, or must translate in one way."""

from aiohttp import web

from domain.desks import GlossaryTerm
from domain.errors import UsageError
from domain.languages import parse_language
from web.pages.answers import done, fields, needed
from web.pages.desks import Desks
from web.pages.transcript import attachment
from web.templating import HEADERS, render

HERE = "/glossary"
LARGEST = 4_000_000
"""Bytes of a file."""


class GlossaryPage:
    """GET /glossary and the forms on it."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def show(self, request: web.Request) -> web.Response:
        """All terms, or those with ?q in them."""
        terms = await self._desks.glossary.terms()
        wanted = request.query.get("q", "").strip().casefold()[:80]
        found = [term for term in terms if wanted in _text(term)]
        return render(
            request, "pages/glossary.html", terms=found, wanted=wanted, total=len(terms),
            edit=next((t for t in terms if t.text == request.query.get("edit")), None),
        )  # fmt: skip

    async def put(self, request: web.Request) -> web.Response:
        """POST /glossary: a term; translations as lines of `es: imprenta`."""
        given = await fields(request)
        term = GlossaryTerm(
            needed(given, "text", "The term")[:80],
            _translations(given.get("translations", "")),
            given.get("exact") == "yes",
        )
        await self._desks.glossary.put(term)
        return done(request, HERE)

    async def remove(self, request: web.Request) -> web.Response:
        """POST /glossary/remove"""
        await self._desks.glossary.remove((await fields(request)).get("text", ""))
        return done(request, HERE)

    async def upload(self, request: web.Request) -> web.Response:
        """POST /glossary/file: a CSV file in the place of everything."""
        file = (await request.post()).get("file")
        if not isinstance(file, web.FileField) or not file.filename:
            raise UsageError("There is no file.", "Choose a CSV file first.")
        content = file.file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise UsageError("The file is larger than 4 MB.", "Take terms away.")
        return done(request, HERE, count=await self._desks.glossary.replace(content))

    async def download(self, request: web.Request) -> web.Response:
        """GET /glossary.csv"""
        file = await self._desks.glossary.csv()
        headers = {**HEADERS, "Content-Type": "text/csv; charset=utf-8", **attachment(file.name)}
        return web.Response(body=file.content, headers=headers)


def _text(term: GlossaryTerm) -> str:
    return "\n".join((term.text, *(said for _, said in term.translations))).casefold()


def _translations(text: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        code, _, said = line.partition(":")
        if not said.strip():
            raise UsageError(
                "A translation has no language.", "Write a line for each, such as “es: imprenta”."
            )
        found[parse_language(code)] = said.strip()[:80]
    return tuple(found.items())
