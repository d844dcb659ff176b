"""The site's addresses: the meeting's page, its scripts, and the sockets behind them."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from standin.entrance import Entrance, has_account
from standin.guest import Guest
from standin.room import Room
from standin.visit import Visit

PAGES = Path(__file__).parent / "pages"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_CODE = re.compile(r"[a-z]{3}-?[a-z]{4}-?[a-z]{3}")
_REFUSING = ("wrong_code", "full")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """Serves one room."""

    def __init__(self, room: Room, started: Callable[[], None]) -> None:
        self._room, self._started = room, started
        self._files = {file.name: file.read_text("utf-8") for file in PAGES.iterdir()}
        self._texts = _texts(self._files["texts.json"], self._files["texts-entry.json"])
        self._entrance = Entrance(room, self._page)
        self._sockets: set[web.WebSocketResponse] = set()
        self._lines: set[asyncio.Transport] = set()
        room.network.drop_lines = self._drop_lines

    def app(self) -> web.Application:
        """The application."""
        app = web.Application(middlewares=[self._cut])
        self._entrance.add_routes(app)
        app.router.add_get("/static/{name}", self._static)
        app.router.add_get("/ws", self._socket)
        app.router.add_get("/mix", self._mix)
        app.router.add_get("/{code}", self._meeting)
        app.on_shutdown.append(self._close_sockets)
        return app

    @web.middleware
    async def _cut(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """While the network is cut, nobody gets an answer."""
        line = request.transport
        if line is None or self._room.network.dead:
            if line is not None:
                line.abort()
            raise web.HTTPServiceUnavailable
        self._lines.add(line)
        try:
            return await handler(request)
        finally:
            self._lines.discard(line)

    def _drop_lines(self) -> None:
        for line in self._lines:
            line.abort()

    async def _close_sockets(self, _: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close()

    async def _meeting(self, request: web.Request) -> web.Response:
        if not _CODE.fullmatch(request.match_info["code"]):
            raise web.HTTPNotFound
        await self._entrance.before(request)
        return self._page("meeting.html", self._language(request))

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        kind = _TYPES.get(Path(name).suffix)
        if kind is None or name not in self._files:
            raise web.HTTPNotFound
        return web.Response(text=self._files[name], content_type=kind)

    def _language(self, request: web.Request) -> str:
        trap = self._room.script.traps.ui_language
        wanted = trap or request.query.get("hl", "en").split("-")[0]
        return wanted if wanted in self._texts else "en"

    def _page(self, name: str, language: str) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        html = self._files[name].replace("{{nonce}}", nonce).replace("{{lang}}", language)
        policy = (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; "
            "style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
            "connect-src 'self'; object-src 'none'; base-uri 'self'; "
            "require-trusted-types-for 'script'"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=html, content_type="text/html", headers=headers)

    def _hello(self, guest: Guest, request: web.Request) -> dict[str, Any]:
        script, language = self._room.script, self._language(request)
        asked = request.query.get("code", "").replace("-", "")
        phase = "green"
        if asked != script.code.replace("-", ""):
            phase = "wrong_code"
        elif script.lobby.behaviour in _REFUSING:
            phase = script.lobby.behaviour
        elif script.traps.blocked_at_once:
            phase = "blocked"
        elif script.lobby.behaviour == "sign_in" and not has_account(request):
            phase = "sign_in"
        return {
            "phase": phase,
            "device": guest.device_id,
            "texts": self._texts["en"] | self._texts[language],
            "title": script.title,
            "join_now": script.lobby.behaviour == "none",
            "wording": script.lobby.wording,
            "captions_available": script.captions.available,
            "channel": script.captions.channel,
            "caption_language": self._room.caption_language,
            "audio": script.audio_path,
            "traps": asdict(script.traps)
            | {"signed_in": script.traps.signed_in or has_account(request)},
        }

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self._sockets.add(socket)
        guest = self._room.new_guest()
        guest.tell("hello", **self._hello(guest, request))
        running: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as tasks:

            def spawn(work: Coroutine[Any, Any, None]) -> None:
                running.append(tasks.create_task(work))

            visit = Visit(self._room, guest, spawn, self._started)
            spawn(_send(socket, guest))
            try:
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        await visit.handle(json.loads(message.data))
            finally:
                self._sockets.discard(socket)
                await visit.close()
                for task in running:
                    task.cancel()
        return socket

    async def _mix(self, request: web.Request) -> web.WebSocketResponse:
        """The whole sound as 20 ms blocks of 48 kHz PCM16, paced."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        stage = self._room.stage
        number = stage.due_tick() + 1
        try:
            while not socket.closed:
                await asyncio.sleep(max(0.0, stage.due_monotonic_s(number) - time.monotonic()))
                await socket.send_bytes(stage.tick(number).mix.tobytes())
                number += 1
        except ConnectionError:
            pass
        finally:
            self._sockets.discard(socket)
        return socket


def _texts(*files: str) -> dict[str, dict[str, str]]:
    """The words of all files by language."""
    texts: dict[str, dict[str, str]] = {}
    for file in files:
        for language, words in json.loads(file).items():
            texts.setdefault(language, {}).update(words)
    return texts


async def _send(socket: web.WebSocketResponse, guest: Guest) -> None:
    while True:
        message = await guest.outbox.get()
        try:
            await socket.send_json(message)
        except ConnectionError:
            return
