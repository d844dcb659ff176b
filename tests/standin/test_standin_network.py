"""The network between the site and everybody can be cut, and comes back."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import ClientError, ClientSession

from bot.network import site_answers
from standin.script import Lobby, bundled_script
from standin.server import StandIn


async def test_nobody_gets_an_answer_while_it_is_cut() -> None:
    script = replace(bundled_script("short"), lines=(), chat=(), lobby=Lobby("none"))
    async with StandIn(script) as site, ClientSession() as http:
        async with http.ws_connect(f"{site.url}/ws?code={site.code}") as line:
            await line.receive_json()
            await site.cut_network(600)
            message = await asyncio.wait_for(line.receive(), 10)
            assert not isinstance(message.data, str)
        with pytest.raises(ClientError):
            await http.get(site.link)
        told: list[str] = []
        assert not await site_answers(site.url, 2.5, lambda: told.append("away"))
        assert told == ["away"]
        await site.cut_network(0.0)
        assert await site_answers(site.url, 30, lambda: told.append("away"))
        async with http.get(site.link) as answer:
            assert answer.ok
