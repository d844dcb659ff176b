"""Sign in, the first owner, invitations, my account and access, over HTTP."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse, ClientSession

from domain.accounts import Role
from storage.account_memory import memory_access_stores
from web.auth.desk import first_owner_link
from web.auth.rules import AuthRules
from web.auth.served import PASSWORD, Tried, guarded

NEW = "another pass phrase"
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m" + "x" * 10_000


@pytest.fixture
async def tried() -> AsyncIterator[Tried]:
    async with guarded(memory_access_stores()) as served:
        yield served


async def csrf(http: ClientSession, path: str) -> str:
    found = re.search(r'name="_csrf" value="(\w+)"', await (await http.get(path)).text())
    assert found is not None
    return found[1]


async def post(
    http: ClientSession, path: str, page: str, follow: bool = True, **fields: str
) -> ClientResponse:
    data = {"_csrf": await csrf(http, page), **fields}
    return await http.post(path, data=data, allow_redirects=follow)


async def enter(http: ClientSession, name: str, password: str, **more: str) -> ClientResponse:
    return await post(http, "/sign-in", "/sign-in", False, name=name, password=password, **more)


async def test_somebody_signs_in_and_out(tried: Tried) -> None:
    async with tried.browser() as http:
        answer = await enter(http, "OWNER", PASSWORD, next="/access")
        assert (answer.status, answer.headers["Location"]) == (303, "/access")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
        assert "My account" in await (await http.get("/account")).text()
        out = await post(http, "/sign-out", "/account", follow=False)
        assert out.headers["Location"] == "/sign-in?done=out"
        assert (await http.get("/account", allow_redirects=False)).status == 303


async def test_the_cookie_is_bound_to_the_host_under_https(tried: Tried) -> None:
    rules = AuthRules(public_url="https://captions.example.org")
    async with guarded(memory_access_stores(), rules=rules) as served:
        async with ClientSession(served.address) as http:
            answer = await http.get("/sign-in")
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
            cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith("__Host-dragoman_visitor")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie


async def test_somebody_signs_in_through_a_proxy_that_speaks_https() -> None:
    rules = AuthRules(proxies=("127.0.0.1",))
    async with guarded(memory_access_stores(), rules=rules) as served:
        own = served.address.replace("http", "https")
        said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Origin": own}
        async with ClientSession(served.address, headers=said) as http:
            page = await http.get("/sign-in")
            visitor = page.headers["Set-Cookie"].split(";")[0]
            found = re.search(r'name="_csrf" value="(\w+)"', await page.text())
            assert found is not None
            data = {"_csrf": found[1], "name": "owner", "password": PASSWORD}
            answer = await http.post(
                "/sign-in", data=data, headers={"Cookie": visitor}, allow_redirects=False
            )
            assert answer.status == 303
            assert answer.headers["Set-Cookie"].startswith("__Host-dragoman_")
    known = await served.desk.stores.accounts.credentials("owner")
    assert known is not None
    newest = (await served.desk.stores.sign_ins.of(known[0].id))[0]
    assert newest.address == "203.0.113.9"


async def test_a_wrong_name_and_a_wrong_password_look_the_same(tried: Tried) -> None:
    async with tried.browser() as http:
        one = await enter(http, "owner", "wrong password")
        other = await enter(http, "nobody", "wrong password")
        texts = [re.sub(r'value="\w*"', "", await each.text()) for each in (one, other)]
        assert (one.status, other.status) == (401, 401)
        assert texts[0] == texts[1]
        assert "Set-Cookie" not in one.headers


async def test_guessing_takes_ever_longer(tried: Tried) -> None:
    async with tried.browser() as http:
        token = await csrf(http, "/sign-in")
        data = {"_csrf": token, "name": "owner", "password": "wrong password"}
        tries = [await http.post("/sign-in", data=data) for _ in range(7)]
        assert [each.status for each in tries] == [401] * 5 + [429] * 2
        assert int(tries[-1].headers["Retry-After"]) >= 1
        right = await http.post("/sign-in", data={**data, "password": PASSWORD})
        assert right.status == 429
        other = await enter(http, "viewer", PASSWORD)
        assert other.status == 303, "other people are not held up"


async def test_signing_in_again_ends_the_old_sign_in(tried: Tried) -> None:
    async with tried.browser(Role.OWNER) as http:
        token = await csrf(http, "/account")
        before = {c.key: c.value for c in http.cookie_jar}
        data = {"_csrf": token, "name": "viewer", "password": PASSWORD}
        await http.post("/sign-in", data=data, allow_redirects=False)
        assert {c.key: c.value for c in http.cookie_jar} != before
        assert "viewer" in await (await http.get("/account")).text()
    async with ClientSession(tried.address, cookies=before) as old:
        assert (await old.get("/account", allow_redirects=False)).status == 303


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb"])
async def test_nobody_is_led_elsewhere_after_signing_in(tried: Tried, next_: str) -> None:
    async with tried.browser() as http:
        answer = await enter(http, "owner", PASSWORD, next=next_)
        assert answer.headers["Location"] == "/"


async def test_the_first_owner_comes_by_a_link_that_works_once() -> None:
    stores = memory_access_stores()
    async with guarded(stores) as tried:
        known = await stores.accounts.accounts()
        assert len(known) == 3
        assert await first_owner_link(tried.desk, tried.address) == ""
    empty = memory_access_stores()
    async with guarded(empty, accounts=False) as tried, tried.browser() as http:
        old = await first_owner_link(tried.desk, tried.address + "/")
        link = await first_owner_link(tried.desk, tried.address)
        path, fields = link.removeprefix(tried.address), {"password": NEW, "again": NEW}
        assert (await http.get(old.removeprefix(tried.address))).status == 410
        assert "Nobody owns" in await (await http.get("/sign-in")).text()
        assert (await http.get(path)).status == 200
        short = await post(http, path, path, name="Ana", password="short", again="short")
        assert (short.status, "10 to 256" in await short.text()) == (400, True)
        made = await post(http, path, path, follow=False, name="Ana", **fields)
        assert (made.status, made.headers["Location"]) == (303, "/")
        assert [each.role for each in await empty.accounts.accounts()] == [Role.OWNER]
        assert (await http.get(path)).status == 410
        assert await first_owner_link(tried.desk, tried.address) == ""


async def test_an_owner_invites_and_disables(tried: Tried) -> None:
    async with tried.browser(Role.OWNER) as http, tried.browser() as guest:
        shown = await post(http, "/access/invitations", "/access", role="operator")
        found = re.search(r"<output[^>]*>([^<]+)</output>", await shown.text())
        assert found is not None
        path = found[1].removeprefix(tried.address)
        assert "owner</bdi> invites you as operator" in await (await guest.get(path)).text()
        await post(guest, path, path, name="Ben", password=NEW, again=NEW)
        assert (await guest.get("/account")).status == 200
        (ben,) = [a for a in await tried.desk.stores.accounts.accounts() if a.name == "Ben"]
        changed = await post(http, f"/access/accounts/{ben.id}", "/access", disabled="yes")
        assert "The account is changed." in await changed.text()
        assert (await guest.get("/account", allow_redirects=False)).status == 303
        (me,) = [a for a in await tried.desk.stores.accounts.accounts() if a.name == "owner"]
        last = await post(http, f"/access/accounts/{me.id}", "/access", role="viewer")
        assert (last.status, "this is the last" in await last.text()) == (400, True)


async def test_tokens_are_shown_once_and_revoked_at_once(tried: Tried) -> None:
    async with tried.browser(Role.OPERATOR) as http:
        made = await post(http, "/account/tokens", "/account", label="CI", role="viewer", days="9")
        found = re.search(r"dgm_[\w-]{43}", await made.text())
        assert found is not None
        assert "dgm_" not in await (await http.get("/account")).text()
        (kept,) = [t for t in await tried.desk.stores.tokens.tokens() if t.label == "CI"]
        assert kept.role is Role.VIEWER
        gone = await post(http, "/account/tokens/revoke", "/account", id=kept.id)
        assert "The token is revoked" in await gone.text()
        too_much = await post(http, "/account/tokens", "/account", label="x", role="owner", days="")
        assert (too_much.status, "no more than" in await too_much.text()) == (400, True)
        (others,) = [t for t in await tried.desk.stores.tokens.tokens() if t.role is Role.OWNER]
        await post(http, "/account/tokens/revoke", "/account", id=others.id)
        assert (await tried.desk.stores.tokens.tokens(others.account_id))[0].revoked_at is None


async def test_a_new_password_signs_other_browsers_out(tried: Tried) -> None:
    async with tried.browser(Role.VIEWER) as http, tried.browser(Role.VIEWER) as other:
        wrong = await post(http, "/account/password", "/account", current="no", password=NEW)
        assert wrong.status == 400
        fields = {"current": PASSWORD, "password": NEW, "again": NEW}
        done = await post(http, "/account/password", "/account", **fields)
        assert "Every other browser is signed out" in await done.text()
        assert (await other.get("/account", allow_redirects=False)).status == 303
        assert (await enter(other, "viewer", NEW)).status == 303
        ended = await post(http, "/account/sign-ins/end", "/account", id="others")
        assert "Every other browser" in await ended.text()
        assert (await other.get("/account", allow_redirects=False)).status == 303


async def test_programs_cannot_make_tokens_or_accounts(tried: Tried) -> None:
    async with ClientSession(tried.address, headers=tried.bearer(Role.OWNER)) as http:
        for path in ("/account/tokens", "/access/invitations"):
            assert (await http.post(path, data={"role": "owner"})).status == 403


async def test_hostile_text_stays_text(tried: Tried) -> None:
    async with tried.browser(Role.OWNER) as http:
        fields = {"label": HOSTILE, "role": "viewer", "days": ""}
        pages = [await post(http, "/account/tokens", "/account", **fields)]
        pages += [await http.get(path) for path in ("/account", "/access")]
        async with tried.browser() as guest:
            pages.append(await enter(guest, HOSTILE, "wrong password"))
        for page in pages:
            text = await page.text()
            assert "<script>alert" not in text
            assert "\u202e" not in text
            assert "\x1b" not in text


async def test_secrets_are_kept_as_hashes_and_never_logged(
    tried: Tried, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with tried.browser() as http:
        await enter(http, "owner", PASSWORD)
        shown = [cookie.value for cookie in http.cookie_jar] + [PASSWORD]
    known = await tried.desk.stores.accounts.credentials("owner")
    assert known is not None
    assert known[1].startswith("$argon2id$")
    assert all(secret not in caplog.text for secret in shown)
