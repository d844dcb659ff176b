"""The three paths of the sound: age, placement, drift and cost.

    python -m benchmarks.audio_paths [--seconds 60] [--paths receivers worklet mix sink called]

A scripted speaker clicks once a second at known moments. `age` is from a click's due moment at
the site to its frame in the bot, `placed` how far its frame's start lies from that moment, and
`drift` how much `placed` changes over an hour, by a straight line through all clicks. CPU is of
the browser and of the sound server, as shares of one core; the stand-in's is not counted.

`mix` and `sink` come through the stand-in's own mixer (`mix-worklet.js`), whose queue of 60 to
500 ms, another in each run, is in `age` and `placed`: the two rows cannot be compared with one
another to judge the times that a path gives.
"""

import argparse
import asyncio
import tempfile
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from aiohttp import web

from bot.endpoint import PageEndpoint
from bot.meet import MeetBot
from bot.pulse import missing
from bot.settings import BotSettings
from domain.audio import SAMPLE_RATE, Frame
from domain.links import parse_link
from domain.meetings import Reason
from standin.script import Ending, Line, Lobby, Script, bundled_script
from standin.server import StandIn

RATE = 48_000
FIRST_S = 1.0
LOUD = 1200
PATHS: dict[str, dict[str, Any]] = {
    "receivers": {"audio": "tracks", "sink": "off"},
    "receivers, sink open": {"audio": "tracks", "sink": "auto"},
    "worklet": {"audio": "tracks", "sink": "off", "reader": "worklet"},
    "called": {"audio": "tracks", "sink": "off", "address": "ws://127.0.0.1:9"},
    "mix": {"audio": "mixed", "sink": "off"},
    "sink": {"audio": "played", "sink": "auto"},
}


@dataclass(slots=True)
class Heard:
    """What came of one run."""

    clicks: list[tuple[float, float]] = field(default_factory=list)
    """(start of the click, arrival of its frame), monotonic."""
    cpu: float = 0.0
    server_cpu: float = 0.0
    frames: int = 0
    gaps: int = 0


def clicks(path: Path, seconds: float) -> None:
    """A quiet tone, so that nothing is taken for silence, and 5 ms of a loud one each second."""
    times = np.arange(int(RATE * seconds)) / RATE
    wave_form = 0.01 * np.sin(2 * np.pi * 300 * times)
    wave_form += np.where(times % 1 < 0.005, 0.8 * np.sin(2 * np.pi * 1000 * times), 0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((wave_form * 32767).astype("<i2").tobytes())


def script(wav: Path, audio: str) -> Script:
    """One speaker who clicks."""
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    text = "Click after click after click."
    return replace(base, lines=(Line("anna", FIRST_S, text, wav=wav),), audio_path=audio)


@asynccontextmanager
async def bot_at(site: StandIn, address: str = "", **options: Any) -> AsyncIterator[MeetBot]:
    """A bot in the meeting."""
    endpoint = PageEndpoint()
    app = web.Application()
    endpoint.add_routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        endpoint.bind(address or f"ws://127.0.0.1:{runner.addresses[0][1]}")
        settings = BotSettings(link=parse_link(site.link, site.url), name="Dragoman", **options)

        async def changed(*_: object) -> None: ...

        async with MeetBot(settings, endpoint, changed) as bot:
            if await bot.join() is not None:
                raise SystemExit("the bot did not get in")
            yield bot
            await bot.leave(Reason.STOPPED)
    finally:
        await runner.cleanup()


async def measure(name: str, seconds: float) -> Heard:
    """One path, for a while."""
    options = dict(PATHS[name])
    heard = Heard()
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "clicks.wav"
        clicks(wav, seconds + 30)
        async with StandIn(script(wav, options.pop("audio"))) as site:
            async with bot_at(site, **options) as bot:
                await _listen(bot, heard, seconds)
            due = site.journal.zero_monotonic_s + FIRST_S
    heard.clicks = [(start_s - due, came_s - due) for start_s, came_s in heard.clicks]
    return heard


async def _listen(bot: MeetBot, heard: Heard, seconds: float) -> None:
    async def frames() -> None:
        last_s = 0.0
        async for frame in bot.frames():
            heard.frames += 1
            onset_s = _onset(frame)
            if onset_s is not None and onset_s - last_s > 0.5:
                last_s = onset_s
                came_s = time.monotonic()
                heard.clicks.append((bot.clock.began_monotonic_s + onset_s, came_s))

    async def events() -> None:
        async for event in bot.events():
            heard.gaps += type(event).__name__ == "Gap"

    async with asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(frames()), tasks.create_task(events())]
        await asyncio.sleep(12)
        heard.clicks.clear()
        before = _used()
        began = time.monotonic()
        await asyncio.sleep(seconds)
        lasted = time.monotonic() - began
        after = _used()
        heard.cpu, heard.server_cpu = ((b - a) / lasted for a, b in zip(before, after, strict=True))
        for reader in readers:
            reader.cancel()


def _onset(frame: Frame) -> float | None:
    loud = np.flatnonzero(np.abs(np.frombuffer(frame.pcm, "<i2").astype(int)) > LOUD)
    return frame.start_s + float(loud[0]) / SAMPLE_RATE if loud.size else None


def _used() -> tuple[float, float]:
    """Seconds of processor that the browser, and the sound server with its readers, have used."""
    browser = server = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
            used = times.user + times.system
            if process.name() in ("pulseaudio", "parec", "pactl"):
                server += used
            else:
                browser += used
        except psutil.Error:
            continue
    return browser, server


def row(name: str, heard: Heard) -> str:
    """One line of the table."""
    if len(heard.clicks) < 10:
        return f"| {name} | {len(heard.clicks)} | – | – | – | – | – |"
    starts, came = np.array(heard.clicks).T
    second = np.rint(starts)
    placed = (starts - second) * 1000
    age = (came - second) * 1000
    slope = float(np.polyfit(second, placed, 1)[0]) * 3600
    error = float(np.std(placed - np.polyval(np.polyfit(second, placed, 1), second)))
    spread = float(np.sqrt(np.sum((second - second.mean()) ** 2)))
    doubt = error / spread * 3600
    return (
        f"| {name} | {len(placed)} | {np.median(age):.0f} / {np.percentile(age, 95):.0f} "
        f"| {np.median(placed):.0f} ({placed.min():.0f} to {placed.max():.0f}) "
        f"| {slope:.0f} ± {doubt:.0f} | {heard.cpu:.0%} | {heard.server_cpu:.1%} |"
    )


def main() -> None:
    """Measures one path after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--paths", nargs="*", choices=PATHS, default=list(PATHS))
    args = parser.parse_args()
    print(
        "| path | clicks | age p50 / p95, ms | placed, ms | drift, ms per hour | browser "
        "| sound server |\n|---|---|---|---|---|---|---|"
    )
    for name in args.paths:
        if PATHS[name]["sink"] == "auto" and missing():
            print(f"| {name} | not installed: {', '.join(missing())} | | | | | |")
            continue
        print(row(name, asyncio.run(measure(name, args.seconds))), flush=True)


if __name__ == "__main__":
    main()
