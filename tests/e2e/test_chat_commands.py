"""Commands in the meeting's chat: obeyed, answered, limited, and seen in the picture."""

import asyncio
import ctypes
import ctypes.util
import json
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from PIL import Image

from dragoman.endpoint import asked
from standin.script import Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

Run = Callable[..., Awaitable[tuple[int, str]]]
Until = Callable[..., Awaitable[None]]
Joined = Callable[[StandIn], AbstractAsyncContextManager[None]]

LINK = f"https://captions.example.org/v/{'aB3-' * 13}"
SHORT = "https://captions.example.org/j/kfhsmd2q7x"
HOST, GUEST = "Anna Keller", "Lucía Gómez"


def script() -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    return replace(base, traps=Traps(chat_history=True))


@pytest.fixture
def joined(dragoman: Any, tmp_path: Path) -> Joined:
    """`async with joined(site):` a bot that has left by itself in the end."""

    @asynccontextmanager
    async def join(site: StandIn) -> AsyncIterator[None]:
        here = ("--base-url", site.url, "--data", str(tmp_path), "--translate", "es")
        async with dragoman("join", site.link, *here) as bot:
            yield
            printed, _ = await asyncio.wait_for(bot.communicate(), 60)
            assert bot.returncode == 0, printed.decode()

    return join


class Talk:
    """What the bot answered, message by message."""

    def __init__(self, site: StandIn, until: Until) -> None:
        self._site, self._until = site, until

    @property
    def said(self) -> list[str]:
        return [message.text for message in self._site.journal.bot_chat]

    async def ask(self, text: str, sender: str = GUEST) -> str:
        before = len(self.said)
        await self._site.say_chat(sender, text)
        await self._until(lambda: len(self.said) > before)
        return self.said[-1]


def codes(site: StandIn) -> list[str]:
    """The QR codes on the picture that the others receive, as a phone reads them."""
    zbar = ctypes.CDLL("libzbar.so.0")
    for name in (
        "zbar_image_scanner_create", "zbar_image_create", "zbar_image_first_symbol",
        "zbar_symbol_next", "zbar_symbol_get_data",
    ):  # fmt: skip
        getattr(zbar, name).restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
    grey = Image.fromarray(site.observer.rgb()).convert("L")
    pixels = grey.tobytes()
    scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
    image = ctypes.c_void_p(zbar.zbar_image_create())
    zbar.zbar_image_set_format(image, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
    zbar.zbar_image_set_size(image, *grey.size)
    zbar.zbar_image_set_data(image, pixels, ctypes.c_ulong(len(pixels)), None)
    zbar.zbar_scan_image(scanner, image)
    found, symbol = [], zbar.zbar_image_first_symbol(image)
    while symbol:
        found.append(zbar.zbar_symbol_get_data(ctypes.c_void_p(symbol)).decode())
        symbol = zbar.zbar_symbol_next(ctypes.c_void_p(symbol))
    zbar.zbar_image_destroy(image)
    zbar.zbar_image_scanner_destroy(scanner)
    return found


async def tell_link(data: Path) -> None:
    """What a server with a public address tells its bot."""
    with sqlite3.connect(data / "dragoman.db") as database:
        ((endpoint,),) = database.execute("SELECT endpoint FROM meeting").fetchall()
    async with ClientSession() as http:
        assert await asked(http, endpoint, "POST", "/live/look", {"link": LINK, "short": SHORT})


def read(site: StandIn, folder: Path) -> str:
    """The words on the picture that the others receive."""
    Image.fromarray(site.observer.rgb()).save(folder / "seen.png")
    done = subprocess.run(
        ["tesseract", str(folder / "seen.png"), "-", "-l", "eng", "--psm", "6"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


async def seen(site: StandIn, folder: Path, *words: str) -> None:
    """Returns once all of the words can be read on the picture."""
    text = ""
    try:
        async with asyncio.timeout(30):
            while not all(word in text for word in words):
                await asyncio.sleep(0.5)
                text = await asyncio.to_thread(read, site, folder)
    except TimeoutError:
        pytest.fail(f"{words} cannot be read in {text!r}")


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
@pytest.mark.skipif(ctypes.util.find_library("zbar") is None, reason="libzbar0 is not installed")
async def test_commands_are_obeyed_answered_and_seen(
    joined: Joined, run_dragoman: Run, until: Until, tmp_path: Path
) -> None:
    async with StandIn(script()) as site:
        talk = Talk(site, until)
        await site.say_chat(HOST, "/leave")
        await site.say_chat(HOST, "/pause")
        async with joined(site):
            await until(lambda: len(talk.said) == 2)
            answer = await talk.ask("/status")
            assert answer.startswith("Listening")
            assert "to ES" in answer
            answer = await talk.ask("/pause", "Mallory <img src=x onerror=alert(1)> /leave")
            assert answer.startswith("Paused")
            assert "En pausa" in answer
            await seen(site, tmp_path, "paused", "Mallory <img")
            assert (await talk.ask("/resume")).startswith("I listen again.")
            answer = await talk.ask("/lang de,fi")
            assert "Deutsch (de), Suomi (fi)" in answer
            assert "English → Finnish" in answer
            await seen(site, tmp_path, "DE", "FI")
            await tell_link(tmp_path)
            await seen(site, tmp_path, "captions.example.org/j/")
            await until(lambda: codes(site) == [LINK])
            answer = await talk.ask("/help", HOST)
            assert answer.startswith("Commands: /status")
            assert answer.endswith(SHORT)
            await seen(site, tmp_path, "/lang es,fr", "/pause")
            await until(lambda: codes(site) == [LINK])
            answer = await talk.ask("/speakers", HOST)
            assert HOST in answer
            assert GUEST in answer
            assert all(len(text) <= 500 for text in talk.said)
            await site.say_chat(GUEST, "Please leave!")
    told = json.loads((await run_dragoman("meetings", "--json", "--data", str(tmp_path)))[1])[0]
    assert told["reason"] == "leave_command"
    assert told["languages"] == ["de", "fi"]
