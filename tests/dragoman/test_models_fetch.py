"""Models are fetched from a hub that speaks as the real one does, as far as fetching goes."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from domain.errors import DragomanError, EngineUnavailable, MissingError, StorageError, UsageError
from dragoman.models.catalogue import Model, catalogue, named
from dragoman.models.fetching import fetch
from dragoman.models.hub import Hub
from dragoman.models.machine import Machine
from dragoman.models.overview import AWAY, FETCHABLE, HERE, overview

REPOSITORY = "dragoman-tests/whisper-mini"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODEL = Model("mini", "faster-whisper", REPOSITORY, "MIT", 1, weights="model.bin",
              files=("*.json", "model.bin"))  # fmt: skip
CHUNK = 4 << 20
PLACE = f"models--{REPOSITORY.replace('/', '--')}"
FILES = {
    "config.json": b'{"mini": true}',
    "model.bin": bytes(range(256)) * 40_000,
    "README.md": b"# Not wanted",
}


@dataclass
class FakeHub:
    """Answers for one repository; counts, breaks off, or refuses."""

    address: str = ""
    break_after: int = 0
    """Bytes of model.bin after which the first connections end."""
    breaks: int = 0
    refuse: tuple[int, str] | None = None
    asked: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/models", self._anything),
            web.get(f"/api/models/{REPOSITORY}", self._info),
            web.get(f"/{REPOSITORY}/resolve/{{revision}}/{{name:.+}}", self._file),
        ]

    async def _anything(self, _request: web.Request) -> web.Response:
        return web.json_response([])

    async def _info(self, _request: web.Request) -> web.Response:
        if self.refuse is not None:
            status, code = self.refuse
            return web.Response(status=status, headers={"X-Error-Code": code})
        siblings = [{"rfilename": name, "size": len(data)} for name, data in FILES.items()]
        return web.json_response({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        data = FILES[name]
        self.asked[name] += request.method == "GET"
        wanted = request.http_range
        start = wanted.start or 0
        if "Range" in request.headers and request.method == "GET":
            self.ranges.append(request.headers["Range"])
        headers = {
            "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
            "Content-Length": str(len(data) - start),
        }
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        response = web.StreamResponse(status=206 if start else 200, headers=headers)
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        if name == "model.bin" and self.breaks:
            self.breaks -= 1
            await response.write(data[start : start + self.break_after])
            assert request.transport is not None
            await asyncio.sleep(0.05)
            request.transport.close()
            return response
        await response.write(data[start:])
        return response


@pytest.fixture
async def hub_site() -> AsyncIterator[FakeHub]:
    fake = FakeHub()
    app = web.Application()
    app.add_routes(fake.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


def _hub(site: FakeHub, tmp_path: Path, free: int = 10**12) -> Hub:
    return Hub(site.address, cache=tmp_path / "cache", free_bytes=lambda _folder: free)


async def _fetch(hub: Hub, told: list[int] | None = None) -> Path:
    def work() -> Path:
        return hub.fetch(MODEL, hub.wanted(MODEL), (told if told is not None else []).append)

    return await asyncio.to_thread(work)


async def test_a_model_is_fetched_whole_and_only_what_is_wanted(
    hub_site: FakeHub, tmp_path: Path
) -> None:
    hub, told = _hub(hub_site, tmp_path), list[int]()
    assert hub.folder(MODEL) is None
    folder = await _fetch(hub, told)
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.bin"]
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert hub.folder(MODEL) == folder
    assert sum(told) == len(FILES["model.bin"]) + len(FILES["config.json"])


async def test_what_is_here_is_not_fetched_again(
    hub_site: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = _hub(hub_site, tmp_path)
    for _ in range(2):
        await asyncio.to_thread(fetch, hub, MODEL)
    assert hub_site.asked["model.bin"] == 1
    assert "is here" in capsys.readouterr().out


async def test_a_connection_that_breaks_is_taken_up_again(
    hub_site: FakeHub, tmp_path: Path
) -> None:
    hub_site.break_after, hub_site.breaks = CHUNK + 5000, 1
    told = list[int]()
    folder = await _fetch(_hub(hub_site, tmp_path), told)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert [int(each[6:-1]) >= CHUNK for each in hub_site.ranges] == [True]
    assert sum(told) == len(FILES["model.bin"]) + len(FILES["config.json"])


async def test_an_interrupted_download_goes_on_where_it_ended(
    hub_site: FakeHub, tmp_path: Path
) -> None:
    class Interrupt(Exception):
        pass

    came = list[int]()

    def stop(count: int) -> None:
        came.append(count)
        if sum(came) >= CHUNK:
            raise Interrupt

    hub = _hub(hub_site, tmp_path)
    wanted = await asyncio.to_thread(hub.wanted, MODEL)
    with pytest.raises(Interrupt):
        await asyncio.to_thread(hub.fetch, MODEL, wanted, stop)
    assert hub.folder(MODEL) is None
    (part,) = hub.cache.glob("*/blobs/*.part")
    kept = part.stat().st_size
    told = list[int]()
    folder = await _fetch(hub, told)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert hub_site.ranges == [f"bytes={kept}-"]
    assert kept >= CHUNK
    assert kept in told
    assert sum(told) == len(FILES["model.bin"]) + len(FILES["config.json"])


async def test_a_damaged_file_is_thrown_away(hub_site: FakeHub, tmp_path: Path) -> None:
    hub, blobs = _hub(hub_site, tmp_path), tmp_path / "cache" / PLACE / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{hashlib.sha256(FILES['model.bin']).hexdigest()}.part").write_bytes(b"wrong" * 99)
    with pytest.raises(EngineUnavailable, match="damaged"):
        await _fetch(hub)
    folder = await _fetch(hub)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]


async def test_a_full_disk_is_told_before_anything_is_fetched(
    hub_site: FakeHub, tmp_path: Path
) -> None:
    with pytest.raises(StorageError, match="free"):
        await _fetch(_hub(hub_site, tmp_path, free=400_000_000))
    assert not hub_site.asked


@pytest.mark.parametrize(
    ("refuse", "error", "told"),
    [
        ((401, "GatedRepo"), UsageError, "accepted its terms"),
        ((403, "GatedRepo"), UsageError, "accepted its terms"),
        ((401, ""), MissingError, "to this account"),
        ((404, "RepoNotFound"), MissingError, "has no"),
        ((500, ""), EngineUnavailable, "refused"),
    ],
)
async def test_a_refusal_says_what_to_do(
    hub_site: FakeHub, tmp_path: Path, refuse: tuple[int, str], error: type[DragomanError],
    told: str,
) -> None:  # fmt: skip
    hub_site.refuse = refuse
    with pytest.raises(error, match=told) as raised:
        await _fetch(_hub(hub_site, tmp_path))
    assert raised.value.remedy


async def test_a_hub_that_is_not_there_is_told(tmp_path: Path) -> None:
    hub = Hub("http://127.0.0.1:9", cache=tmp_path)
    with pytest.raises(EngineUnavailable, match="cannot be reached"):
        await asyncio.to_thread(hub.wanted, MODEL)
    assert not await asyncio.to_thread(hub.reachable)


async def test_a_repository_of_another_kind_is_refused(hub_site: FakeHub, tmp_path: Path) -> None:
    hub = _hub(hub_site, tmp_path)
    with pytest.raises(UsageError, match="holds no"):
        await asyncio.to_thread(hub.wanted, replace(MODEL, weights="*.safetensors"))


async def test_the_list_tells_the_state_of_each_model(hub_site: FakeHub, tmp_path: Path) -> None:
    hub, machine = _hub(hub_site, tmp_path), Machine(2, 8.0)
    base = named("base")
    snapshot = hub.cache / f"models--{base.repository.replace('/', '--')}" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").write_bytes(b"x")
    rows = await asyncio.to_thread(overview, hub, machine, [("en", "es")])
    states = {row.model.name: row.state for row in rows}
    assert states["base"] == HERE
    assert states["small"] == FETCHABLE
    advised = {row.model.name for row in rows if row.advice}
    assert {"base", "opus-mt-en-es"} <= advised
    assert "hy-mt2-7b" not in advised
    away = Hub("http://127.0.0.1:9", cache=hub.cache)
    rows = await asyncio.to_thread(overview, away, machine, [])
    assert {row.state for row in rows} == {HERE, AWAY}


def test_licences_that_bar_commercial_use_are_marked() -> None:
    barred = {model.name for model in catalogue() if not model.commercial}
    assert barred == {"nllb-600m", "seamless-m4t-v2"}
    assert all("NC" in named(name).licence for name in barred)


def test_models_are_named_in_several_ways() -> None:
    assert named("turbo") == named("large-v3-turbo")
    assert named("tencent/Hy-MT2-1.8B").name == "hy-mt2-1.8b"
    assert named("opus-mt-de-fr").repository == "Helsinki-NLP/opus-mt-de-fr"
    assert named("someone/something").licence.startswith("unknown")
    for wrong in ("whisperr", "a/b/c", "/x", "opus-mt-en"):
        with pytest.raises(UsageError, match="no model"):
            named(wrong)
