"""A person's consent to read a Google calendar: OAuth for installed programs, with PKCE."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web as pages

from domain.calendars import CalendarError
from scheduler.calendars.google_auth import CONSENT, SCOPE, TOKENS, token_refused, told_by
from scheduler.calendars.web import Web

WAIT_S = 300.0
_DONE = "Thank you. You can close this page and go back to Dragoman."
_NOT_DONE = "This was not agreed to, or it is not the page that was asked for."


@dataclass(frozen=True, slots=True)
class Client:
    """The installed program, as registered with Google."""

    client_id: str
    client_secret: str = field(repr=False)
    consent: str = CONSENT
    tokens: str = TOKENS


async def agreed(
    client: Client, web: Web, show: Callable[[str], None], wait_s: float = WAIT_S
) -> str:
    """Shows the address where a person agrees, waits for the way back over a loopback address,
    and gives the refresh token. Raises CalendarError."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    back: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def came_back(request: pages.Request) -> pages.Response:
        given = {name: request.query.get(name, "") for name in ("state", "code", "error")}
        if not secrets.compare_digest(given["state"].encode(), state.encode()):
            return pages.Response(text=_NOT_DONE, status=400)
        if not back.done():
            back.set_result(given)
        return pages.Response(text=_NOT_DONE if given["error"] else _DONE)

    app = pages.Application()
    app.router.add_get("/", came_back)
    runner = pages.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = pages.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        redirect = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        show(_address(client, redirect, state, verifier))
        async with asyncio.timeout(wait_s):
            given = await back
    except TimeoutError as error:
        raise CalendarError("Nobody agreed in time.", "Run the command again.") from error
    finally:
        await runner.cleanup()
    if given["error"] or not given["code"]:
        raise CalendarError("It was not agreed to.", "Run the command again.", retry=False)
    return await _exchanged(client, web, given["code"], redirect, verifier)


def _address(client: Client, redirect: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "client_id": client.client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": SCOPE,
        "access_type": "offline",
        "prompt": "consent",
        "state": state,
        "code_challenge": challenge.rstrip(b"=").decode("ascii"),
        "code_challenge_method": "S256",
    }
    return f"{client.consent}?{urlencode(asked)}"


async def _exchanged(client: Client, web: Web, code: str, redirect: str, verifier: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    answer = await web.ask("POST", client.tokens, data=form)
    told = told_by(answer)
    if answer.status != 200 or not told.get("refresh_token"):
        raise token_refused(answer.status, told)
    return str(told["refresh_token"])
