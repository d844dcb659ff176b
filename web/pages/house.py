"""Pages about the installation: voices, settings, checks."""

from itertools import groupby

from aiohttp import web

from domain.errors import UsageError
from web.pages.answers import done, fields, part
from web.pages.desks import Desks
from web.templating import render


class HousePages:
    """GET /people, /settings and /doctor, and the forms on them."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def people(self, request: web.Request) -> web.Response:
        """Voices that are recognised, with who agreed to it."""
        voices = await part(self._desks.voices.voiceprints())
        return render(request, "pages/people.html", voices=voices)

    async def forget(self, request: web.Request) -> web.Response:
        """POST /people/ID/delete"""
        if not await self._desks.voices.delete(request.match_info["voice"]):
            raise UsageError("There is no such voice.", "Load the page again.")
        return done(request, "/people")

    async def settings(self, request: web.Request) -> web.Response:
        """What may be changed while everything runs, and the rest to read."""
        values = await self._desks.settings.values()
        others = [value for value in values if not value.changeable]
        groups = groupby(others, lambda value: value.name.partition(".")[0])
        return render(
            request, "pages/settings.html", saved="saved" in request.query,
            changeable=[value for value in values if value.changeable],
            groups=[(name, list(group)) for name, group in groups],
        )  # fmt: skip

    async def change(self, request: web.Request) -> web.Response:
        """POST /settings"""
        given = await fields(request)
        values = {value.name: value.value for value in await self._desks.settings.values()}
        changes = {
            name: value.strip()
            for name, value in given.items()
            if not name.startswith("_") and values.get(name) != value.strip()
        }
        if changes:
            await self._desks.settings.change(changes)
        return done(request, "/settings?saved", changed=sorted(changes))

    async def doctor(self, request: web.Request) -> web.Response:
        """What works on this machine; a script fetches ?part, which takes its time."""
        if "part" not in request.query and "now" not in request.query:
            return render(request, "pages/doctor.html", findings=None)
        findings = await self._desks.doctor.examine()
        template = "pages/findings.html" if "part" in request.query else "pages/doctor.html"
        return render(request, template, findings=findings)
