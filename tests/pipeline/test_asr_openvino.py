"""The ladder of devices, on devices that are written here."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domain.errors import EngineUnavailable
from domain.ports import RecognitionRequest
from pipeline.asr.language_unknown import LanguageUnknown
from pipeline.asr.openvino_whisper import NEEDED, OpenVinoSettings, OpenVinoWhisper

SECOND = 32000


@dataclass
class Result:
    texts: list[str]
    language: str = "de"
    words: Any = None


@dataclass
class FakePipe:
    heard: list[dict[str, Any]]
    hold: threading.Event | None = None
    """Where it is given, every window but the first waits for it."""

    def languages(self) -> frozenset[str]:
        return frozenset({"de", "en"})

    def hear(self, samples: Any, options: dict[str, Any]) -> Result:
        self.heard.append(options)
        if self.hold and len(self.heard) > 1:
            self.hold.wait(20)
        return Result(["Guten Tag zusammen."])


@dataclass
class FakeDevices:
    """Devices of a machine, some of which do not work."""

    names: Sequence[str]
    broken: Sequence[str] = ()
    hangs: Sequence[str] = ()
    """While they load."""
    holds: Sequence[str] = ()
    """When they hear."""
    go: threading.Event = field(default_factory=threading.Event)
    loaded: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)

    def present(self) -> Sequence[str]:
        return self.names

    def load(self, folder: Path, device: str, options: dict[str, Any]) -> FakePipe:
        self.loaded.append((device, options))
        if device in self.broken:
            raise RuntimeError(f"no driver\nfor {device}")
        if device in self.hangs:
            self.go.wait(20)
        return FakePipe(self.heard, self.go if device in self.holds else None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NEEDED:
        (tmp_path / name).touch()
    return tmp_path


async def climb(
    folder: Path, devices: FakeDevices, wanted: str = "auto"
) -> tuple[bool, str, list[str]]:
    told: list[str] = []
    settings = OpenVinoSettings(str(folder), wanted, cache="compiled")
    async with OpenVinoWhisper(settings, devices=devices, notify=told.append) as engine:
        health = await engine.health()
    return health.ok, health.found, told


@pytest.mark.parametrize(
    ("broken", "tried", "told"),
    [
        ((), ["NPU"], "runs on NPU"),
        (("NPU",), ["NPU", "GPU.0"], "NPU failed (RuntimeError: for NPU); runs on GPU.0"),
        (("NPU", "GPU.0"), ["NPU", "GPU.0", "CPU"], "runs on CPU"),
    ],
)
async def test_each_step_is_tried_and_told(
    folder: Path, broken: tuple[str, ...], tried: list[str], told: str
) -> None:
    devices = FakeDevices(("CPU", "GPU.0", "NPU"), broken)
    ok, found, notices = await climb(folder, devices)
    assert ok
    assert [device for device, _ in devices.loaded] == tried
    assert told in found
    assert len(notices) == 1
    assert told in notices[0]
    for device, options in devices.loaded:
        assert ("CACHE_DIR" in options) == (device != "CPU")


async def test_what_is_not_here_is_not_tried(folder: Path) -> None:
    devices = FakeDevices(("CPU",))
    _, found, _ = await climb(folder, devices)
    assert [device for device, _ in devices.loaded] == ["CPU"]
    assert "no NPU here; no GPU here; runs on CPU" in found


async def test_a_forced_device_is_the_only_one_that_is_tried(folder: Path) -> None:
    devices = FakeDevices(("CPU", "NPU"), ("NPU",))
    ok, found, _ = await climb(folder, devices, "npu")
    assert not ok
    assert [device for device, _ in devices.loaded] == ["NPU"]
    assert "NPU failed" in found


@pytest.mark.parametrize(("device", "prompted"), [("CPU", True), ("NPU", False)])
async def test_an_npu_is_told_no_prompt(
    folder: Path, tone: Callable[[float], bytes], device: str, prompted: bool
) -> None:
    devices = FakeDevices((device,))
    async with OpenVinoWhisper(OpenVinoSettings(str(folder)), devices=devices) as engine:
        request = RecognitionRequest("a", 0.0, "de", ("Anna Berg",), "Das war alles.")
        stream = await engine.open(request)
        await stream.feed(tone(2.0))
        final = await stream.finish()
        await stream.aclose()
        with pytest.raises(LanguageUnknown, match="Esperanto"):
            await engine.open(RecognitionRequest("a", 0.0, "eo"))
    assert [word.text for word in final.words] == ["Guten", "Tag", "zusammen."]
    last = devices.heard[-1]
    assert last["language"] == "<|de|>"
    assert last.get("initial_prompt") == ("Anna Berg. Das war alles." if prompted else None)


async def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "openvino_decoder_model.bin").unlink()
    ok, found, _ = await climb(folder, FakeDevices(("CPU",)))
    assert not ok
    assert "lacks openvino_decoder_model.bin" in found


async def test_a_device_that_hangs_is_left_out_from_then_on(folder: Path) -> None:
    devices = FakeDevices(("CPU", "GPU.0", "NPU"), hangs=("NPU", "GPU.0"))
    told: list[str] = []
    settings = OpenVinoSettings(str(folder), load_timeout_s=1.0)
    async with OpenVinoWhisper(settings, devices=devices, notify=told.append) as engine:
        async with asyncio.timeout(20):
            health = await engine.health()
        devices.go.set()
        again = await engine.health()
    assert health.ok
    assert again.ok
    assert "NPU hung; GPU.0 hung; runs on CPU" in health.found
    assert [device for device, _ in devices.loaded] == ["NPU", "GPU.0", "CPU"]
    assert len(told) == 1


async def test_the_last_device_that_hangs_is_an_error(folder: Path) -> None:
    devices = FakeDevices(("CPU",), hangs=("CPU",))
    settings = OpenVinoSettings(str(folder), load_timeout_s=0.1)
    async with OpenVinoWhisper(settings, devices=devices) as engine:
        with pytest.raises(EngineUnavailable, match="gave no answer"):
            await engine.open(RecognitionRequest("a", 0.0))
        devices.go.set()


async def test_a_device_that_hangs_when_it_hears_gives_way_to_the_next(
    folder: Path, tone: Callable[[float], bytes]
) -> None:
    devices = FakeDevices(("CPU", "NPU"), holds=("NPU",))
    settings = OpenVinoSettings(str(folder), step_s=0, decode_timeout_s=0.3)
    async with OpenVinoWhisper(settings, devices=devices) as engine:
        stream = await engine.open(RecognitionRequest("a", 0.0, "de"))
        await stream.feed(tone(2.0))
        with pytest.raises(EngineUnavailable, match="gave no answer"):
            await stream.finish()
        await stream.aclose()
        health = await engine.health()
        devices.go.set()
    assert "NPU hung; no GPU here; runs on CPU" in health.found
