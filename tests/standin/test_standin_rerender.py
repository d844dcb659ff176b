"""A page that is built anew: captions are off, and stay on for whoever asks for them at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from aiortc import RTCPeerConnection

from standin.observer import Observer
from standin.room import Room, rerender
from standin.script import Lobby, bundled_script
from standin.visit import Visit


@asynccontextmanager
async def in_call() -> AsyncIterator[Visit]:
    script = replace(bundled_script("short"), lines=(), chat=(), lobby=Lobby("none"))
    room = Room(script, Observer())
    async with asyncio.TaskGroup() as tasks:
        visit = Visit(room, room.new_guest(), tasks.create_task, lambda: None)
        try:
            await visit.handle({"type": "ask", "name": "Dragoman"})
            yield visit
        finally:
            await visit.close()


@asynccontextmanager
async def connected(visit: Visit) -> AsyncIterator[None]:
    """A connection of a page that was just drawn."""
    page = RTCPeerConnection()
    page.createDataChannel("collections")
    try:
        await page.setLocalDescription(await page.createOffer())
        await visit.handle({"type": "offer", "sdp": page.localDescription.sdp, "fresh": True})
        yield
    finally:
        await page.close()


async def switch_on(visit: Visit) -> None:
    await visit.handle({"type": "captions", "on": True})


@pytest.mark.parametrize("sooner", [True, False])
async def test_captions_asked_for_while_the_page_is_built_anew_stay_on(sooner: bool) -> None:
    async with in_call() as visit, AsyncExitStack() as pages:
        await pages.enter_async_context(connected(visit))
        await switch_on(visit)
        rerender(visit.room)
        assert not visit.guest.captions
        if sooner:
            await switch_on(visit)
        await pages.enter_async_context(connected(visit))
        if not sooner:
            await switch_on(visit)
        assert visit.guest.wants_captions
