"""Addresses that people give lead to the internet only, whatever they hide behind."""

from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import web

from domain.errors import EngineUnavailable, UsageError
from dragoman.serve.fetch import AddressPolicy, fetch

PRIVATE = [
    "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://192.168.1.1:8080/x",
    "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00::1]/",
    "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://100.64.0.1/", "http://224.0.0.1/", "http://[::]/",
    "http://[fec0::1]/",
]  # fmt: skip


class Names:
    """A name service that answers what the test says, and notes what it was asked."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known = {key.replace("_", "."): value for key, value in known.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.known:
            raise OSError("unknown host")
        return self.known[host]


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server on this machine that redirects, and answers more than it should."""

    async def answer(request: web.Request) -> web.Response:
        if "to" in request.query:
            raise web.HTTPFound(request.query["to"])
        return web.Response(text="x" * int(request.query.get("size", "5")))

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(UsageError, match="own network"):
        AddressPolicy().check(address)


@pytest.mark.parametrize("address", ["ftp://a.example/", "file:///etc/passwd", "", "a", "http://"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        AddressPolicy().check(address)


def test_public_and_allowed_addresses_pass() -> None:
    policy = AddressPolicy(("10.1.0.0/16", "192.168.1.5"))
    for address in ("https://8.8.8.8/", "https://[2606:4700::1]/", "http://10.1.2.3/",
                    "http://192.168.1.5/"):  # fmt: skip
        assert str(policy.check(address)) == address
    with pytest.raises(UsageError):
        policy.check("http://10.2.0.1/")


async def test_names_of_private_addresses_are_refused(port: int) -> None:
    names = Names(inner_example=["127.0.0.1"], mixed_example=["8.8.8.8", "127.0.0.1"])
    async with AddressPolicy(lookup=names).session() as http:
        for host in ("inner.example", "mixed.example"):
            with pytest.raises(UsageError, match="own network"):
                await fetch(http, "GET", f"http://{host}:{port}/")


async def test_a_name_that_is_listed_may_be_private(port: int) -> None:
    names = Names(inner_example=["127.0.0.1"], a_b_example=["127.0.0.1"])
    policy = AddressPolicy(("inner.example", "*.b.example"), lookup=names)
    async with policy.session() as http:
        for host in ("inner.example", "INNER.example", "a.b.example"):
            fetched = await fetch(http, "GET", f"http://{host}:{port}/")
            assert (fetched.status, fetched.body) == (200, b"xxxxx")


async def test_redirects_are_checked_again(port: int) -> None:
    names = Names(good_example=["127.0.0.1"], inner_example=["127.0.0.1"])
    policy = AddressPolicy(("good.example",), lookup=names)
    async with policy.session() as http:
        for to in (f"http://127.0.0.1:{port}/", f"http://inner.example:{port}/", "http://[::1]/"):
            with pytest.raises(UsageError):
                await fetch(http, "GET", f"http://good.example:{port}/", params={"to": to})
            with pytest.raises(UsageError):
                await http.get(f"http://good.example:{port}/", params={"to": to})


async def test_a_name_that_turns_is_asked_for_every_connection(port: int) -> None:
    names = Names(turning_example=["8.8.8.8"])
    policy = AddressPolicy(lookup=names)
    assert await policy.addresses("turning.example", 80) == ["8.8.8.8"]
    names.known["turning.example"] = ["127.0.0.1"]
    async with policy.session() as http:
        with pytest.raises(UsageError):
            await fetch(http, "GET", f"http://turning.example:{port}/")


async def test_only_what_is_listed(port: int) -> None:
    names = Names(inner_example=["127.0.0.1"], other_example=["8.8.8.8"])
    policy = AddressPolicy(("inner.example",), only_listed=True, lookup=names)
    async with policy.session() as http:
        assert (await fetch(http, "GET", f"http://inner.example:{port}/")).status == 200
        for address in ("http://other.example/", "http://8.8.8.8/"):
            with pytest.raises(UsageError, match="not among"):
                await fetch(http, "GET", address)


async def test_what_is_too_large_or_away_is_told(port: int) -> None:
    policy = AddressPolicy(("inner.example",), lookup=Names(inner_example=["127.0.0.1"]))
    async with policy.session(timeout_s=5) as http:
        with pytest.raises(UsageError, match="larger"):
            await fetch(http, "GET", f"http://inner.example:{port}/?size=3000", max_bytes=2000)
        with pytest.raises(EngineUnavailable, match="cannot be reached"):
            await fetch(http, "GET", "http://unknown.example/")


async def test_everything_may_be_private_where_it_is_said(port: int) -> None:
    async with AddressPolicy(allow_private=True).session() as http:
        assert (await fetch(http, "GET", f"http://127.0.0.1:{port}/")).status == 200
