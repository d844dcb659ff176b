"""The server: one web application over the parts, served until it is told to stop."""

import asyncio
import logging
import socket as sockets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from domain.engines import Health
from domain.errors import DragomanError, UsageError
from dragoman.serve import door
from dragoman.serve.metrics import Metrics
from dragoman.serve.outgoing import open_answers
from dragoman.serve.parts import Parts
from dragoman.settings import Settings
from dragoman.store import Stores
from web.api import desks as api
from web.api.pass_links import PassLinks
from web.api.routes import api_routes
from web.auth.desk import first_owner_link
from web.auth.table import auth_routes
from web.health import HealthRoutes
from web.pages import desks as pages
from web.pages.dashboard import Dashboard
from web.routes import Route, add_routes
from web.viewers.rules import ViewerRules
from web.viewers.table import ViewerPorts, Viewers

log = logging.getLogger(__name__)

END_S = 5.0
"""Longest wait for requests that are under way at the end."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers."""

    address: str
    first_owner: str
    """One-time link for the first owner; empty once there is one."""


@asynccontextmanager
async def serve(
    settings: Settings, stores: Stores, parts: Parts, held: door.Held
) -> AsyncIterator[Serving]:
    """Answers requests, and lets commands in, until it is left. Raises UsageError for a port
    in use."""
    app = web.Application()
    parts.access.guard.install(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=END_S)
    host, port = settings.server.host, settings.server.port
    socket = await _listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{socket.getsockname()[1]}"
    add_routes(app, tables(app, settings, stores, parts))
    await runner.setup()
    try:
        await web.SockSite(runner, socket).start()
        link = await first_owner_link(parts.access.desk, settings.server.public_url or address)
        with held.opened(_from_here(address), parts.access.guard.local_token):
            yield Serving(address, link)
    finally:
        await runner.cleanup()


def _from_here(address: str) -> str:
    """How a server that listens everywhere is reached on its own machine."""
    url = URL(address)
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(url.host or "", url.host or "")
    return str(url.with_host(loopback)).rstrip("/")


def tables(app: web.Application, settings: Settings, stores: Stores, parts: Parts) -> list[Route]:
    """Every route of the server. What must end with it is put into `on_shutdown`."""
    rules = ViewerRules(
        public_url=settings.server.public_url,
        kept_days=round(settings.retention.transcripts_days),
        recorded=settings.recording.on or settings.measure is not None,
        sound_days=round(settings.retention.sound_days),
    )
    passes = parts.access.guard.passes
    dashboard = Dashboard(_page_desks(stores, parts))
    viewers = Viewers(
        ViewerPorts(parts.links, parts.meetings, parts.transcripts, parts.notes, passes), rules
    )
    health = HealthRoutes(_readiness(stores), Metrics(parts, stores, settings.data_dir).page)
    app.on_shutdown.append(dashboard.let_go)
    app.on_shutdown.append(viewers.close)
    links = PassLinks(passes, rules)
    return [
        *auth_routes(parts.access.guard, parts.access.desk),
        *dashboard.routes(),
        *viewers.routes(),
        *api_routes(_api_desks(stores, parts, links)),
        *health.routes(),
    ]


def _page_desks(stores: Stores, parts: Parts) -> pages.Desks:
    return pages.Desks(
        bots=parts.bots,
        live=parts.links,
        meetings=parts.meetings,
        transcripts=parts.transcripts,
        sound=parts.sounds,
        evidence=parts.evidence,
        notes=parts.notes,
        calendars=parts.calendars,
        glossary=parts.glossary,
        voices=stores.voiceprints,
        settings=parts.changes,
        doctor=parts.doctor,
        jobs=parts.jobs,
        usual=lambda: parts.changes.now.translation.targets,
    )


def _api_desks(stores: Stores, parts: Parts, links: PassLinks) -> api.Desks:
    return api.Desks(
        bots=parts.bots,
        meetings=parts.meetings,
        feed=parts.links,
        transcripts=parts.transcripts,
        sound=parts.sounds,
        evidence=parts.evidence,
        notes=parts.notes,
        calendars=parts.calendars,
        links=links,
        webhooks=parts.webhooks,
        deliveries=parts.webhooks,
        answers=open_answers(stores.database, parts.access),
        key=parts.access.key,
    )


def _readiness(stores: Stores) -> Callable[[], Awaitable[Mapping[str, Health]]]:
    async def look() -> Mapping[str, Health]:
        try:
            async with asyncio.timeout(5):
                await stores.meetings.recent(1)
        except (DragomanError, TimeoutError) as error:
            return {"database": Health(False, type(error).__name__)}
        return {"database": Health(True, "answers")}

    return look


async def _listening(host: str, port: int) -> sockets.socket:
    def bind() -> sockets.socket:
        family, *_, address = sockets.getaddrinfo(host, port, type=sockets.SOCK_STREAM)[0]
        opened = sockets.socket(family, sockets.SOCK_STREAM)
        try:
            opened.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
            opened.bind(address)
            opened.listen(128)
            opened.setblocking(False)
        except OSError:
            opened.close()
            raise
        return opened

    try:
        return await asyncio.to_thread(bind)
    except OSError as error:
        raise UsageError(
            f"The server cannot listen at {host}:{port}: {error.strerror or error}.",
            "Choose another with --host and --port; --port 0 takes a free one.",
        ) from error
