"""What the site answers around the meeting's page: sign-in, captcha, its word on the browser."""

import asyncio
import base64
import secrets
from collections.abc import Callable

from aiohttp import web

from standin.room import Room
from standin.wire import block, number

DEVICE_PATH = "/$rpc/google.rtc.meetings.v1.MeetingDeviceService/CreateMeetingDevice"
_DETECTED = 36
_COOKIES = ("SID", "HSID", "SSID")
_ACCOUNTS = "accounts.localhost"
"""A browser finds every name under localhost on this machine."""


def has_account(request: web.Request) -> bool:
    """Whether the browser is signed in."""
    return all(name in request.cookies for name in _COOKIES)


Page = Callable[[str, str], web.Response]


class Entrance:
    """The addresses beside the meeting's page, and what stands before it."""

    def __init__(self, room: Room, page: Page) -> None:
        self._room, self._page = room, page
        self._loads = 0

    def add_routes(self, app: web.Application) -> None:
        """Registers the addresses."""
        app.router.add_get("/", self._home)
        app.router.add_get("/signin", self._sign_in)
        app.router.add_post("/signin", self._signed_in)
        app.router.add_get("/recaptcha/frame", self._captcha)
        app.router.add_post(DEVICE_PATH, self._device)

    async def before(self, request: web.Request) -> None:
        """Stands before the meeting's page; raises what is answered instead of it."""
        traps = self._room.script.traps
        self._loads += 1
        if self._loads <= traps.first_loads_fail:
            raise web.HTTPServiceUnavailable(text="Try again later.")
        if self._loads <= traps.first_loads_fail + traps.first_loads_hang:
            raise web.HTTPOk(text="<!doctype html><title>Meet</title>", content_type="text/html")
        refused = self._room.script.lobby.behaviour == "sign_in" and not has_account(request)
        if refused and traps.sign_in_wall == "redirect":
            port = request.url.port
            raise web.HTTPFound(f"http://{_ACCOUNTS}:{port}/signin?continue={request.path}")

    async def _home(self, _: web.Request) -> web.Response:
        return self._page("home.html", "en")

    async def _sign_in(self, _: web.Request) -> web.Response:
        return self._page("signin.html", "en")

    async def _signed_in(self, _: web.Request) -> web.Response:
        """Gives the browser an account, for as long as it keeps its cookies."""
        answer = web.Response(text="<!doctype html><h1>Welcome</h1>", content_type="text/html")
        for name in _COOKIES:
            answer.set_cookie(name, secrets.token_hex(8), max_age=86_400 * 365, httponly=True)
        self._room.journal.note("signed_in")
        return answer

    async def _captcha(self, _: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><p>I'm not a robot</p>", content_type="text/html")

    async def _device(self, _: web.Request) -> web.Response:
        """A base64 protobuf message; its field 36 says whether the site takes us for a bot."""
        await asyncio.sleep(0)
        traps = self._room.script.traps
        message = block(1, "spaces/standin/devices/501")
        if traps.bot_verdict is not None:
            verdict = number(_DETECTED, int(traps.bot_verdict))
            message += block(2, verdict) if traps.bot_verdict_nested else verdict
        return web.Response(
            text=base64.b64encode(message).decode(), content_type="application/x-protobuf"
        )
