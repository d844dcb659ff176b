"""Pages of a bot's own: what a browser loads, and who gets it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from aiohttp import ClientSession, CookieJar, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer

from web.access import Access
from web.capture import CapturePage
from web.screen import Screened, ScreenPage

TOKEN = "a-token-for-tests"
Adder = Callable[[web.Application], None]


def screen(app: web.Application) -> None:
    ScreenPage(Access(TOKEN), cast(Screened, None), lambda: None).add_routes(app)


def capture(app: web.Application) -> None:
    CapturePage(Access(TOKEN), lambda *_: None, lambda *_: None).add_routes(app)


@asynccontextmanager
async def served(add: Adder) -> AsyncIterator[ClientSession]:
    app = web.Application()
    add(app)
    async with (
        TestServer(app) as server,
        ClientSession(server.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as http,
    ):
        yield http


@pytest.mark.parametrize(
    ("add", "name", "allowed"),
    [
        (screen, "screen", ("Content-Security-Policy", "img-src 'self' blob:")),
        (capture, "capture", ("Permissions-Policy", "microphone=(self)")),
    ],
)
async def test_the_link_opens_the_page_and_all_it_loads(
    add: Adder, name: str, allowed: tuple[str, str]
) -> None:
    async with served(add) as http:
        for path in (f"/{name}", f"/{name}/static/{name}.js", f"/{name}/static/none.js"):
            assert (await http.get(path)).status == 401
        async with http.get(f"/{name}", params={"token": TOKEN}) as answer:
            page = await answer.text()
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert allowed[1] in answer.headers[allowed[0]]
            assert page.startswith("<!doctype html>")
            assert TOKEN not in page
        for file, kind in ((f"{name}.js", "text/javascript"), (f"{name}.css", "text/css")):
            assert f"/{name}/static/{file}" in page
            async with http.get(f"/{name}/static/{file}") as answer:
                assert (answer.status, answer.content_type) == (200, kind)
        assert (await http.get(f"/{name}/static/none.js")).status == 404


@pytest.mark.parametrize(("add", "path"), [(screen, "/screen/socket"), (capture, "/capture/sound")])
@pytest.mark.parametrize("origin", ["http://evil.example", None])
async def test_a_socket_of_another_page_is_refused(
    add: Adder, path: str, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    async with served(add) as http:
        with pytest.raises(WSServerHandshakeError) as raised:
            await http.ws_connect(path, params={"token": TOKEN}, headers=headers)
        assert raised.value.status == 403
