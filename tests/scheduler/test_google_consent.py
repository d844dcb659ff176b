"""Consent over a loopback address: state, proof key, refusals and time-outs."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator

import pytest
from yarl import URL

from domain.calendars import CalendarError
from scheduler.calendars.google_consent import Client, agreed
from scheduler.calendars.web import Web
from scheduler.standins.google import GoogleStandIn
from scheduler.standins.serving import served


@pytest.fixture
def server() -> GoogleStandIn:
    return GoogleStandIn()


@pytest.fixture
async def client(server: GoogleStandIn) -> AsyncIterator[Client]:
    async with served(server.app) as address:
        yield Client("client", "hush", f"{address}/consent", f"{address}/token")


async def _asked(client: Client, web: Web) -> tuple[asyncio.Task[str], dict[str, str]]:
    shown: asyncio.Queue[str] = asyncio.Queue(1)
    task = asyncio.create_task(agreed(client, web, shown.put_nowait, wait_s=10))
    return task, dict(URL(await shown.get()).query)


async def test_the_way_there_and_back(server: GoogleStandIn, client: Client, web: Web) -> None:
    task, asked = await _asked(client, web)
    back = asked["redirect_uri"]
    assert URL(back).host == "127.0.0.1"
    assert "hush" not in str(asked)
    assert (await web.ask("GET", f"{back}?code=stolen&state=guessed")).status == 400
    assert (await web.ask("GET", f"{back}?code=the-code&state={asked['state']}")).status == 200
    assert await task == "refresh-me"
    (form,) = server.grants
    assert (form["code"], form["redirect_uri"]) == ("the-code", back)
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge, "S256")


async def test_a_person_may_say_no(client: Client, web: Web) -> None:
    task, asked = await _asked(client, web)
    await web.ask("GET", f"{asked['redirect_uri']}?error=access_denied&state={asked['state']}")
    with pytest.raises(CalendarError, match="not agreed"):
        await task


async def test_nobody_comes_back(client: Client, web: Web) -> None:
    with pytest.raises(CalendarError, match="in time"):
        await agreed(client, web, lambda address: None, wait_s=0.01)
