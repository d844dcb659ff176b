"""The server while its database is away: it says so, and comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from benchmarks.postgres import Cluster, NoPostgres
from dragoman.serve import door
from dragoman.serve.parts import open_parts
from dragoman.serve.server import serve
from dragoman.settings import load_settings
from dragoman.store import open_stores
from storage.database import Database


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    try:
        with Cluster() as made:
            yield made
    except NoPostgres as reason:
        pytest.skip(str(reason))


@dataclass(frozen=True)
class Site:
    http: ClientSession
    cluster: Cluster

    async def ready(self) -> dict[str, object]:
        async with self.http.get("/ready") as answer:
            told: dict[str, object] = await answer.json()
            return {**told, "status code": answer.status}

    async def until(self, status: str) -> None:
        async with asyncio.timeout(40):
            while (await self.ready())["status"] != status:
                await asyncio.sleep(0.05)


@pytest.fixture
async def site(
    cluster: Cluster, owner: Callable[[Database], Awaitable[str]], tmp_path: Path
) -> AsyncIterator[Site]:
    secret = tmp_path / "address"
    secret.write_text(cluster.url(cluster.new_database()) + "\n")
    settings = load_settings(
        None,
        {"data": tmp_path / "data", "server": {"port": 0}, "storage": {"address_file": secret}},
    )
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(settings))
        token = await owner(stores.database)
        parts = await stack.enter_async_context(open_parts(settings, stores))
        held = stack.enter_context(door.held(settings.data_dir))
        serving = await stack.enter_async_context(serve(settings, stores, parts, held))
        headers = {"Authorization": f"Bearer {token}"}
        http = ClientSession(serving.address, headers=headers)
        yield Site(await stack.enter_async_context(http), cluster)


async def test_pages_and_api_say_that_the_database_is_away_and_come_back(site: Site) -> None:
    async with site.http.get("/api/v1/meetings") as answer:
        assert answer.status == 200
    for stop in (site.cluster.kill, lambda: site.cluster.stop("fast")):
        await asyncio.to_thread(stop)
        await site.until("not ready")
        told = await site.ready()
        assert (told["status code"], told["parts"]) == (503, {"database": "failed"})
        async with site.http.get("/api/v1/meetings") as answer:
            problem = await answer.json()
            assert (answer.status, answer.content_type) == (503, "application/problem+json")
            assert answer.headers["Retry-After"]
            assert "cannot be reached" in str(problem)
            assert "Start it" in str(problem)
        async with site.http.get("/", headers={"Accept": "text/html"}) as answer:
            assert answer.status == 503
            assert "The database cannot be reached" in await answer.text()
        async with site.http.get("/health") as answer:
            assert answer.status == 200
        await asyncio.to_thread(site.cluster.start)
        await site.until("ready")
        async with site.http.get("/api/v1/meetings") as answer:
            assert answer.status == 200
