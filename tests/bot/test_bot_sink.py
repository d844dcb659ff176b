"""The bot's own sound server: started, restarted, gone; its times run by this machine's clock."""

import asyncio
import os
import random
import signal
from pathlib import Path

import numpy as np
import pytest

from bot.placement import Placement
from bot.protocol import AudioBlock
from bot.pulse import RATE, PulseServer, check, missing, nowhere, private_server
from bot.sink import SinkReader

needs_sink = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")
HOUR_S = 3600


def test_where_the_programs_are_not_the_path_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not check().ok
    assert "pulseaudio" in check().found
    assert "apt install" in check().remedy


async def test_without_it_there_is_no_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with private_server() as server:
        assert server is None
    assert nowhere(tmp_path)["PULSE_SERVER"].startswith(f"unix:{tmp_path}")


@needs_sink
async def test_it_is_read_restarted_and_gone() -> None:
    blocks: list[tuple[AudioBlock, float]] = []
    news = asyncio.Event()
    revived = asyncio.Event()

    def take(block: AudioBlock, played_s: float) -> None:
        blocks.append((block, played_s))
        news.set()

    async def revive() -> None:
        revived.set()

    async def more() -> None:
        async with asyncio.timeout(20):
            count = len(blocks)
            while len(blocks) < count + 10:
                news.clear()
                await news.wait()

    async with private_server() as server, asyncio.TaskGroup() as tasks:
        assert server is not None
        folder = Path(server.sink.server.removeprefix("unix:")).parent
        reading = tasks.create_task(SinkReader(server, take, revive).run())
        await more()
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(20):
            await revived.wait()
        await more()
        second = server.pid
        assert second not in (None, first)
        reading.cancel()
    assert not _exists(folder)
    assert not _exists(Path(f"/proc/{second}"))
    assert {len(block.pcm) for block, _ in blocks} == {RATE // 50 * 2}
    assert all(not np.frombuffer(block.pcm, "<i2").any() for block, _ in blocks)


def _exists(path: Path) -> bool:
    return path.exists()


@pytest.mark.parametrize("ppm", [-10_000, -300, 300])
def test_an_hour_drifts_less_than_a_tenth_of_a_second(ppm: int) -> None:
    """A browser without a sound device is 1 % slow, a sound server up to 0.03 % off; blocks come
    late by chance, and the server's latency is measured anew now and then."""
    dice = random.Random(1)
    place, length_s, worst_s, told_s = Placement(), 0.02, 0.0, 0.008
    for number in range(HOUR_S * 50):
        ends_s = (number + 1) * length_s / (1 + ppm / 1e6)
        late_s = dice.random() * 0.02 + (0.3 if dice.random() < 1e-4 else 0)
        if number % 250 == 0:
            told_s = dice.choice((0.003, 0.008, 0.013))
        place.arrive(ends_s + late_s + 0.008 - told_s, length_s)
        start_s = place.place(length_s)
        if number > 500:
            worst_s = max(worst_s, abs(start_s + length_s - ends_s))
    assert worst_s < 0.1


@pytest.mark.parametrize("fault", ["refused", "silent"])
async def test_a_sound_server_that_does_not_start_again_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    server = PulseServer(tmp_path)
    tries, stops, revived = 0, 0, asyncio.Event()

    async def start() -> bool:
        nonlocal tries
        tries += 1
        if tries == 1 and fault == "refused":
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return tries > 1

    async def stop() -> None:
        nonlocal stops
        stops += 1

    async def revive() -> None:
        revived.set()

    monkeypatch.setattr(server, "start", start)
    monkeypatch.setattr(server, "stop", stop)
    monkeypatch.setattr("bot.sink._BACK_OFF_S", (0.0,) * 6)
    reading = asyncio.create_task(SinkReader(server, lambda *_: None, revive).run())
    async with asyncio.timeout(10):
        await revived.wait()
    reading.cancel()
    await asyncio.wait({reading})
    assert stops == (fault == "silent")
