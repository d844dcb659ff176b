"""How things stand, as a server tells it."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.errors import ServerError
from dragoman import reach
from dragoman.standing import Standing, by_server, measured

FIGURES = """\
# TYPE dragoman_sound_age_seconds gauge
dragoman_sound_age_seconds{meeting="m1"} 2.5
dragoman_bot_memory_bytes{meeting="m1"} 1e6
python_info{version="3.11"} 1.0
"""


def server(figures: str) -> TestServer:
    async def meetings(_request: web.Request) -> web.Response:
        return web.json_response({"meetings": [], "next_cursor": None})

    async def ready(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ready", "parts": {"database": "ok"}})

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(text=figures)

    app = web.Application()
    app.router.add_get("/api/v1/meetings", meetings)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", metrics)
    return TestServer(app)


async def look(figures: str) -> Standing:
    async with server(figures) as served:
        to = reach.Way(str(served.make_url("")).rstrip("/"), "t")
        async with reach.talking(to) as client:
            return await by_server(client, to)


def test_figures_are_told_of_each_meeting() -> None:
    assert measured(FIGURES) == {"m1": {"sound_age_s": 2.5, "memory_bytes": 1e6}}


async def test_a_server_without_bots_is_well() -> None:
    found = await look(FIGURES)
    assert (found.well, found.parts, found.meetings) == (True, {"database": "ok"}, [])


@pytest.mark.parametrize(
    "figures",
    [
        "<html>\n<body>Welcome</body></html>",
        "not found",
        '{"status": "ok"}',
        "dragoman_sound_age_seconds 2.5",
        'dragoman_sound_age_seconds{meeting="m1"',
    ],
)
async def test_other_text_at_the_place_of_the_figures_is_told_with_a_remedy(figures: str) -> None:
    with pytest.raises(ServerError, match=r"/metrics is not Dragoman.*Check the address"):
        await look(figures)
