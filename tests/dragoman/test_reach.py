"""Which server a command talks to, with which token, and how refusals read."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.errors import DragomanError, ServerError, UsageError
from dragoman import reach
from dragoman.serve import door
from dragoman.settings import Settings, load_settings


def given(server: str = "", *, here: bool = False, data: Path | None = None) -> argparse.Namespace:
    return argparse.Namespace(server=server, here=here, data=data)


def settings(folder: Path, **client: object) -> Settings:
    client.setdefault("tokens", folder / "tokens.toml")
    return load_settings(overrides={"data": folder, "client": client})


@contextmanager
def served(folder: Path) -> Iterator[None]:
    with door.held(folder) as held, held.opened("http://127.0.0.1:8470", "dgm_own"):
        yield


def test_without_any_server_a_command_works_alone(tmp_path: Path) -> None:
    assert reach.way(given(), settings(tmp_path)) is None


def test_the_server_of_the_data_folder_is_found_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path):
        found = reach.way(given(), settings(tmp_path))
        assert found == reach.Way("http://127.0.0.1:8470", "dgm_own", own=True)
        assert reach.way(given(here=True), settings(tmp_path)) is None
    told = capsys.readouterr()
    assert "runs on this data folder" in told.err
    assert told.out == ""
    assert "dgm_own" not in told.err


def test_a_server_of_the_settings_goes_before_the_folders_own(tmp_path: Path) -> None:
    wanted = settings(tmp_path, server="https://c.example/", token="dgm_set")
    with served(tmp_path):
        assert reach.way(given(), wanted) == reach.Way("https://c.example", "dgm_set")
        by_folder = reach.way(given(data=tmp_path), wanted)
        assert by_folder is not None
        assert by_folder.own


def test_a_token_goes_to_its_own_server_only(tmp_path: Path) -> None:
    wanted = settings(tmp_path, server="https://c.example", token="dgm_set")
    with pytest.raises(UsageError, match="no token for the server https://other.example"):
        reach.way(given("https://other.example"), wanted)
    kept = tmp_path / "tokens.toml"
    kept.write_text('"https://other.example/" = "dgm_other"\n')
    kept.chmod(0o600)
    assert reach.way(given("https://other.example"), wanted) == reach.Way(
        "https://other.example", "dgm_other"
    )
    alone = settings(tmp_path, token="dgm_environment")
    found = reach.way(given("https://third.example"), alone)
    assert found is not None
    assert found.token == "dgm_environment"


def test_tokens_that_others_can_read_are_refused(tmp_path: Path) -> None:
    kept = tmp_path / "tokens.toml"
    kept.write_text('"https://c.example" = "dgm_c"\n')
    kept.chmod(0o644)
    with pytest.raises(UsageError, match=r"Other users.*chmod 600"):
        reach.way(given("https://c.example"), settings(tmp_path))
    kept.chmod(0o600)
    kept.write_text("no toml")
    with pytest.raises(UsageError, match="cannot be read"):
        reach.way(given("https://c.example"), settings(tmp_path))


@pytest.mark.parametrize("address", ["c.example", "ftp://c.example", "http://", "http://a:b@c"])
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="no address of a server"):
        reach.way(given(address), settings(tmp_path))


def answering(status: int, body: object = None) -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        if body is None:
            return web.Response(status=status, text="<html>")
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


PROBLEM = {"title": "This meeting is over.", "detail": "Its transcript can be read."}


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (401, PROBLEM, ServerError, "refuses the token.*/account"),
        (403, {"title": "This needs the role operator."}, UsageError, "role operator"),
        (404, None, ServerError, "no Dragoman at.*Check the address"),
        (200, None, ServerError, "no Dragoman at.*Check the address"),
        (409, PROBLEM, UsageError, "meeting is over.*transcript can be read"),
        (500, PROBLEM, ServerError, "cannot: This meeting is over"),
    ],
)
async def test_refusals_say_what_to_do(
    status: int, body: object, kind: type[DragomanError], told: str
) -> None:
    async with TestServer(answering(status, body)) as server:
        with pytest.raises(kind, match=told):
            async with reach.talking(reach.Way(str(server.make_url("")), "t")) as client:
                await client.meeting("m")


async def test_a_server_that_is_away_is_told_and_not_waited_for_long() -> None:
    with pytest.raises(ServerError, match=r"does not answer.*--here") as raised:
        async with reach.talking(reach.Way("http://127.0.0.1:9", "t")) as client:
            await client.meeting("m")
    assert raised.value.exit_code == 6


async def test_only_the_folders_own_server_is_done_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def asked(client: object) -> str:
        raise ServerError("It does not answer.")

    async def alone() -> str:
        return "alone"

    own = reach.Way("http://127.0.0.1:9", "t", own=True)
    assert await reach.by_server_or_alone(own, asked, alone) == "alone"
    assert "Doing it without" in capsys.readouterr().err
    assert await reach.by_server_or_alone(None, asked, alone) == "alone"
    with pytest.raises(ServerError):
        await reach.by_server_or_alone(reach.Way("http://127.0.0.1:9", "t"), asked, alone)
