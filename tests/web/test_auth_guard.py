"""The guard lets in who belongs, and nobody else."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError, web

from domain.accounts import Role
from domain.errors import StorageError
from storage.account_memory import memory_access_stores
from web.auth.rules import AuthRules
from web.auth.served import Tried, guarded
from web.auth.table import OPEN
from web.auth.walk import Doors, holes
from web.auth.who import csrf_token, who
from web.routes import Needs, Route


async def _tell(request: web.Request) -> web.Response:
    asks = who(request)
    return web.json_response(
        {
            "name": asks.name,
            "via": asks.via,
            "meeting": asks.meeting_id,
            "csrf": csrf_token(request),
        }
    )


async def _break(_request: web.Request) -> web.Response:
    raise RuntimeError("<script>a secret</script>")


async def _fail(_request: web.Request) -> web.Response:
    raise StorageError("The disk is full.", "Free some space.")


async def _echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str("hello")
    async for message in socket:
        await socket.send_str(str(message.data))
    return socket


ROUTES = (
    Route("GET", "/things", _tell, Needs.VIEWER, page=True),
    Route("POST", "/things", _tell, Needs.OPERATOR),
    Route("DELETE", "/things/{id}", _tell, Needs.OWNER),
    Route("PUT", "/large", _tell, Needs.OPERATOR, max_bytes=4_000_000),
    Route("GET", "/socket", _echo, Needs.VIEWER),
    Route("GET", "/v/{token}", _tell, Needs.LINK, page=True),
    Route("POST", "/v/{token}/ask", _tell, Needs.LINK),
    Route("GET", "/v/{token}/events", _echo, Needs.LINK),
    Route("GET", "/broken", _break, Needs.VIEWER),
    Route("GET", "/failing", _fail, Needs.VIEWER),
)


@pytest.fixture
async def tried() -> AsyncIterator[Tried]:
    async with guarded(memory_access_stores(), ROUTES) as served:
        yield served


async def test_no_route_has_a_hole(tried: Tried) -> None:
    cookies = await tried.cookies(Role.OWNER)
    assert await holes(tried.routes, Doors(tried.address, OPEN, tried.tokens, cookies)) == []


async def test_the_walk_finds_holes() -> None:
    bad = [
        Route("GET", "/all", _tell, Needs.NOTHING),
        Route("POST", "/things", _tell, Needs.OWNER),
    ]
    async with guarded(memory_access_stores(), bad) as tried:
        doors = Doors(tried.address, set(), tried.tokens, await tried.cookies(Role.OWNER))
        found = await holes(bad, doors)
    assert found == ["GET /all is open to everybody, and is not meant to be"]


async def test_what_is_in_no_table_is_refused() -> None:
    async with guarded(memory_access_stores()) as tried, tried.browser(Role.OWNER) as http:
        assert (await http.get("/nowhere")).status == 404


async def test_a_route_beside_the_tables_is_refused() -> None:
    async with guarded(memory_access_stores(), ROUTES) as tried:
        tried.app.router._frozen = False
        tried.app.router.add_get("/forgotten", _tell)
        async with tried.browser(Role.OWNER) as http:
            assert (await http.get("/forgotten")).status == 404


async def test_roles(tried: Tried) -> None:
    async with ClientSession(tried.address) as http:
        for role, status in ((Role.VIEWER, 403), (Role.OPERATOR, 200), (Role.OWNER, 200)):
            answer = await http.post("/things", headers=tried.bearer(role))
            assert answer.status == status
        refused = await http.delete("/things/1", headers=tried.bearer(Role.OPERATOR))
        assert (refused.status, refused.content_type) == (403, "application/problem+json")
        head = await http.head("/things", headers=tried.bearer(Role.VIEWER))
        assert (head.status, await head.read()) == (200, b"")
        wrong = await http.patch("/things", headers=tried.bearer(Role.OWNER))
        assert (wrong.status, wrong.headers["Allow"]) == (405, "GET,HEAD,POST")


async def test_nobody_is_led_to_the_sign_in_page_and_back(tried: Tried) -> None:
    async with tried.browser() as http:
        answer = await http.get("/things?a=1&b=2", allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"] == "/sign-in?next=%2Fthings%3Fa%3D1%26b%3D2"


async def test_forms_and_scripts_need_our_token(tried: Tried) -> None:
    async with tried.browser(Role.OPERATOR) as http:
        token = (await (await http.get("/things")).json())["csrf"]
        assert (await http.post("/things")).status == 403
        assert (await http.post("/things", data={"_csrf": token})).status == 200
        assert (await http.post("/things", json={}, headers={"X-CSRF-Token": token})).status == 200
        foreign = {"X-CSRF-Token": token, "Origin": "http://elsewhere.example"}
        assert (await http.post("/things", headers=foreign)).status == 403
    async with tried.browser(Role.OPERATOR) as other:
        assert (await other.post("/things", data={"_csrf": token})).status == 403


async def test_short_codes_cannot_be_tried_for_ever() -> None:
    codes = [Route("GET", "/j/{code}", _tell, Needs.NOTHING, guessable=True)]
    async with guarded(memory_access_stores(), codes, AuthRules(codes=12)) as tried:
        async with tried.browser() as http:
            tries = [(await http.get(f"/j/{number}")).status for number in range(4)]
            assert tries == [200, 200, 200, 429]
            assert (await http.get("/sign-in")).status == 200


async def test_sockets_need_our_origin_or_a_token(tried: Tried) -> None:
    async with tried.browser(Role.VIEWER) as http:
        async with http.ws_connect("/socket", origin=tried.address) as socket:
            assert await socket.receive_str() == "hello"
        with pytest.raises(WSServerHandshakeError) as refused:
            await http.ws_connect("/socket", origin="http://elsewhere.example")
        assert refused.value.status == 403
    async with ClientSession(tried.address) as program:
        async with program.ws_connect("/socket", headers=tried.bearer(Role.VIEWER)) as socket:
            assert await socket.receive_str() == "hello"


async def test_every_answer_has_the_headers(tried: Tried) -> None:
    async with tried.browser(Role.VIEWER) as http:
        for path in ("/things", "/nowhere", "/broken", "/sign-in", "/v/wrong"):
            answer = await http.get(path, allow_redirects=False)
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert "Server" not in answer.headers
            assert "Strict-Transport-Security" not in answer.headers


async def test_errors_tell_nothing_of_the_inside(
    tried: Tried, caplog: pytest.LogCaptureFixture
) -> None:
    async with ClientSession(tried.address, headers=tried.bearer(Role.VIEWER)) as http:
        broken = await http.get("/broken")
        assert (broken.status, broken.content_type) == (500, "application/problem+json")
        assert "secret" not in await broken.text()
        failing = await http.get("/failing")
        assert (failing.status, failing.headers["Retry-After"]) == (503, "5")
        assert (await failing.json())["detail"] == "Free some space."
    assert "a request failed" in caplog.text


async def test_too_much_is_refused(tried: Tried) -> None:
    async with ClientSession(tried.address, headers=tried.bearer(Role.OPERATOR)) as http:
        assert (await http.post("/things", data=io.BytesIO(b"x" * 2_000_000))).status == 413
        assert (await http.put("/large", data=io.BytesIO(b"x" * 2_000_000))).status == 200
    async with tried.browser(Role.OPERATOR) as http:

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b"x" * 100_000

        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await http.post("/things", data=pieces(), headers=form)).status == 413


async def test_links_open_one_meeting_until_they_expire(tried: Tried) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    passes = tried.guard.passes
    good = await passes.sign("m1", later)
    old = passes.sign_pass("m1", later - timedelta(hours=2))
    async with tried.browser() as http:
        answer = await http.get(f"/v/{good}")
        seen = await answer.json()
        assert (seen["via"], seen["meeting"], seen["csrf"]) == ("link", "m1", "")
        assert (await http.post(f"/v/{good}/ask")).status == 200
        foreign = {"Origin": "http://elsewhere.example"}
        assert (await http.post(f"/v/{good}/ask", headers=foreign)).status == 403
        assert (await http.get(f"/v/{old}")).status == 410
        assert (await http.get(f"/v/{good[:-2]}AA")).status == 401
        await passes.revoke("m1")
        gone = await http.get(f"/v/{good}")
        assert (gone.status, "withdrawn" in await gone.text()) == (410, True)


async def test_what_is_open_ends_when_its_right_does(tried: Tried) -> None:
    link = await tried.guard.passes.sign("m1", datetime.now(UTC) + timedelta(hours=1))
    token = tried.tokens[Role.VIEWER]
    (held,) = [t for t in await tried.desk.stores.tokens.tokens() if t.role is Role.VIEWER]
    async with ClientSession(tried.address) as http:
        by_token = await http.ws_connect("/socket", headers=tried.bearer(Role.VIEWER))
        by_link = await http.ws_connect(f"/v/{link}/events", origin=tried.address)
        assert [await each.receive_str() for each in (by_token, by_link)] == ["hello", "hello"]
        await tried.desk.revoke_token(held.id)
        tried.guard.revoked(key_id=held.id)
        assert (await by_token.receive()).type in (WSMsgType.CLOSED, WSMsgType.CLOSE)
        await by_link.send_str("still here")
        assert await by_link.receive_str() == "still here"
        await tried.guard.passes.revoke("m1")
        assert (await by_link.receive()).type in (WSMsgType.CLOSED, WSMsgType.CLOSE)
        again = await http.get("/things", headers={"Authorization": f"Bearer {token}"})
        assert again.status == 401


async def test_what_another_process_revokes_ends_at_the_next_look(tried: Tried) -> None:
    async with ClientSession(tried.address) as http:
        socket = await http.ws_connect("/socket", headers=tried.bearer(Role.VIEWER))
        await socket.receive_str()
        assert await tried.guard.holds.sweep(0) == 0
        known = await tried.desk.stores.accounts.credentials("viewer")
        assert known is not None
        await tried.desk.change(known[0].id, role=None, disabled=True)
        assert await tried.guard.holds.sweep(0) == 1
        assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.CLOSE)
        await asyncio.sleep(0)
        assert len(tried.guard.holds) == 0


async def test_programs_and_guessers_are_slowed_down() -> None:
    rules = AuthRules(per_minute=40, guesses=3)
    async with guarded(memory_access_stores(), ROUTES, rules) as tried:
        async with ClientSession(tried.address, headers=tried.bearer(Role.VIEWER)) as http:
            answers = [await http.get("/things") for _ in range(12)]
            assert [each.status for each in answers][:10] == [200] * 10
            assert answers[-1].status == 429
            assert int(answers[-1].headers["Retry-After"]) >= 1
        async with ClientSession(tried.address) as http:
            wrong = {"Authorization": "Bearer dgm_guess"}
            tries = [(await http.get("/things", headers=wrong)).status for _ in range(5)]
            assert tries == [401, 401, 401, 429, 429]
            good = await http.get("/things", headers=tried.bearer(Role.OPERATOR))
            assert good.status == 200, "who holds a good token is not held up by a guesser"


async def test_uses_are_written_together(tried: Tried) -> None:
    async with ClientSession(tried.address, headers=tried.bearer(Role.VIEWER)) as http:
        await http.get("/things")
    tokens = await tried.desk.stores.tokens.tokens()
    assert [token.used_at for token in tokens] == [None] * 3
    await tried.guard.uses.flush()
    used = [t for t in await tried.desk.stores.tokens.tokens() if t.used_at is not None]
    assert [token.role for token in used] == [Role.VIEWER]


async def test_commands_on_the_machine_come_in_as_operators(tried: Tried) -> None:
    local = {"Authorization": f"Bearer {tried.guard.local_token}"}
    async with ClientSession(tried.address, headers=local) as http:
        assert (await (await http.post("/things")).json())["name"] == "command line"
        assert (await http.delete("/things/1")).status == 403
        await tried.guard.uses.flush()


async def test_nobody_comes_in_while_the_database_fails() -> None:
    class Failing:
        def __getattr__(self, name: str) -> object:
            raise StorageError("The disk is full.", "Free some space.")

    failing = cast(Any, Failing())
    stores = replace(memory_access_stores(), tokens=failing, sign_ins=failing)
    async with guarded(stores, ROUTES, accounts=False) as served:
        async with ClientSession(served.address) as http:
            program = {"Authorization": "Bearer dgm_x"}
            answer = await http.get("/things", headers=program)
            assert (answer.status, answer.content_type) == (503, "application/problem+json")
            name = served.guard.cookies.name(secure=False)
            browser = {"Cookie": f"{name}=x", "Accept": "text/html"}
            answer = await http.get("/things", headers=browser)
            assert (answer.status, answer.content_type) == (503, "text/html")
            assert "Content-Security-Policy" in answer.headers
