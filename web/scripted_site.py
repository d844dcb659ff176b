"""The dashboard over scripted desks: for tests, screenshots and trying out."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from domain.accounts import Role
from web.auth.who import VISIT, WHO, Via, Visit, Who
from web.pages.dashboard import Dashboard
from web.pages.desks import Desks
from web.routes import add_routes
from web.scripted import (
    Office,
    ScriptedBots,
    ScriptedCalendars,
    ScriptedDoctor,
    ScriptedGlossary,
    ScriptedJobs,
    ScriptedMeetings,
    ScriptedNotes,
    ScriptedSettings,
    ScriptedTranscripts,
    ScriptedVoices,
)
from web.scripted_data import NOW
from web.scripted_evidence import ScriptedEvidence
from web.scripted_live import ScriptedLive
from web.scripted_sound import ScriptedSound

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def scripted_desks(office: Office | None = None) -> Desks:
    """All desks, sharing one office."""
    shared = office or Office()
    return Desks(
        bots=ScriptedBots(shared),
        live=ScriptedLive(),
        meetings=ScriptedMeetings(shared),
        transcripts=ScriptedTranscripts(shared),
        sound=ScriptedSound(shared),
        evidence=ScriptedEvidence(shared),
        notes=ScriptedNotes(shared),
        calendars=ScriptedCalendars(shared),
        glossary=ScriptedGlossary(),
        voices=ScriptedVoices(),
        settings=ScriptedSettings(),
        doctor=ScriptedDoctor(),
        jobs=ScriptedJobs(),
        now=lambda: NOW,
    )


def scripted_site(desks: Desks | None = None, role: Role = Role.OWNER) -> web.Application:
    """An application without a guard: everybody is Ana, in a role."""
    ana = Who(Via.SESSION, "a1", "Ana Ruiz", role, "s1")

    @web.middleware
    async def everybody(request: web.Request, handler: Next) -> web.StreamResponse:
        request[WHO] = ana
        request[VISIT] = Visit(ana, "not a secret")
        return await handler(request)

    app = web.Application(middlewares=[everybody])
    dashboard = Dashboard(desks or scripted_desks())
    add_routes(app, dashboard.routes())
    app.on_shutdown.append(dashboard.let_go)
    return app
