"""How the server is, for those who watch machines."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from domain.engines import Health
from web.routes import Needs, Route


class HealthRoutes:
    """/health: the process answers. /ready: what it needs works. /metrics: figures.

    `ready` names what was looked at; `metrics` gives Prometheus' text format.
    """

    def __init__(
        self,
        ready: Callable[[], Awaitable[Mapping[str, Health]]],
        metrics: Callable[[], Awaitable[tuple[bytes, str]]],
    ) -> None:
        self._ready = ready
        self._metrics = metrics

    def routes(self) -> Sequence[Route]:
        """The table."""
        return [
            Route("GET", "/health", self._alive, Needs.NOTHING),
            Route("GET", "/ready", self._is_ready, Needs.NOTHING),
            Route("GET", "/metrics", self._figures, Needs.VIEWER),
        ]

    async def _alive(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _is_ready(self, request: web.Request) -> web.Response:
        """Says which part fails, not why: that may name paths and hosts."""
        found = await self._ready()
        ok = all(health.ok for health in found.values())
        parts = {name: "ok" if health.ok else "failed" for name, health in found.items()}
        told = {"status": "ready" if ok else "not ready", "parts": parts}
        return web.json_response(told, status=200 if ok else 503)

    async def _figures(self, request: web.Request) -> web.Response:
        text, content_type = await self._metrics()
        return web.Response(body=text, headers={"Content-Type": content_type})
