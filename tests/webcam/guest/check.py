"""The picture as a webcam of a real kernel: shown, read back by other programs, compared."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
from reading import (
    DEVICE,
    SIZE,
    assert_rising,
    by_ffmpeg,
    by_v4l2_ctl,
    by_v4l2_ctl_while_it_lasts,
    pictures,
    program,
    rising,
    stamp_of,
)

from domain.captions import Caption
from domain.clock import MeetingClock
from domain.events import Event, Notice
from domain.speech import Word
from dragoman.webcam import examine_webcam, pick
from overlay.overlay import Overlay
from overlay.settings import OverlaySettings
from overlay.sinks.loopback import loopbacks
from overlay.sinks.memory import MemorySink
from overlay.sinks.virtualcam import open_virtual_camera
from overlay.sinks.webcam import Webcam

LOAD = ["devices=1", "video_nr=10", "card_label=Dragoman", "exclusive_caps=1"]

TRANSCRIBE = [
    *("transcribe", "silence.wav", "--realtime", "--hints", "hints.jsonl"),
    *("--asr", "meet-captions", "--speak", "en", "--camera", "auto"),
    *("--out", "out", "--data", "data", "--config", "dragoman.toml"),
]


def say(text: str) -> None:
    sys.stdout.write(f"check {time.monotonic():6.1f} s  {text}\n")


async def until(condition: Callable[[], bool], what: str, seconds: float = 90) -> None:
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def caption(number: int) -> Caption:
    text = f"Sentence number {number} of a scripted meeting."
    words = tuple(Word(word, 0.0, 0.0) for word in text.split())
    return Caption(
        id=f"c{number}", revision=1, participant_id="ana", speaker="Ana", language="en",
        words=words, stable=len(words), final=True, start_s=0.0, end_s=0.0,
        heard_s=0.0, stamp_s=0.0,
    )  # fmt: skip


@asynccontextmanager
async def talking(overlay: Overlay) -> AsyncIterator[None]:
    """A new caption every 0.4 s as long as the context lasts."""

    async def talk() -> None:
        for number in range(1, 1000):
            await overlay.show(caption(number))
            await asyncio.sleep(0.4)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(talk())
        yield
        task.cancel()


def apart(picture: bytes, drawn: dict[int, bytes]) -> int:
    """How many bytes none of the updates around this picture's has. The driver hands out a buffer
    while the next picture is written into it, so one that was read may be made of two."""
    number = stamp_of(picture)
    around = [drawn[n] for n in range(number - 3, number + 4) if n in drawn]
    read = np.frombuffer(picture, np.uint8)
    found = np.zeros(SIZE, dtype=bool)
    for other in around:
        found |= read == np.frombuffer(other, np.uint8)
    return SIZE - int(found.sum())


def is_free() -> bool:
    return any(device.free for device in loopbacks())


async def the_sink(figures: dict[str, object]) -> None:
    clock = MeetingClock.start()
    told: list[Notice] = []

    def note(event: Event) -> None:
        if isinstance(event, Notice):
            say(f"notice {event.kind}: {event.text}")
            told.append(event)

    webcam = Webcam(partial(open_virtual_camera, DEVICE), clock, note)
    memory = MemorySink(10_000)
    settings = OverlaySettings(sources=("en",), stamp=True)
    async with Overlay(settings, clock, [webcam, memory], note) as overlay:
        await until(lambda: [n.kind for n in told] == ["webcam_lost"], "the loss is told")
        assert "modprobe v4l2loopback" in told[0].text
        await program("insmod", "/opt/modules/v4l2loopback.ko", *LOAD)
        await until(lambda: [n.kind for n in told] == ["webcam_lost", "webcam"], "it is back")
        assert DEVICE in told[1].text
        assert not is_free()
        busy = await examine_webcam("auto")
        assert not busy.ok
        assert "in use by another program" in busy.found, busy
        assert pick(loopbacks())[0] is None
        async with talking(overlay):
            await until(lambda: len(memory.updates) > 2, "captions are drawn")
            sent, began = webcam.sent, time.monotonic()
            raw = await by_v4l2_ctl(90)
            figures["sent a second"] = round((webcam.sent - sent) / (time.monotonic() - began), 1)
        numbers = rising(raw, least=3)
        figures["pictures read"] = len(numbers)
        figures["different ones"] = len(set(numbers))
        raw += await by_ffmpeg()
        compare(raw, memory, figures)
    await until(is_free, "the device is given back", 10)


def compare(raw: bytes, memory: MemorySink, figures: dict[str, object]) -> None:
    """What was read against what was drawn."""
    drawn = {update.number: update.i420 for update in memory.updates}
    strange = [apart(one, drawn) for one in pictures(raw)]
    assert not any(strange), f"bytes that were never drawn: {strange}"
    whole = sum(drawn[stamp_of(one)] == one for one in pictures(raw))
    assert whole > 0
    figures["of one update, byte for byte"] = f"{whole} of {len(raw) // SIZE}"


async def a_killed_process() -> None:
    """A device counts as free again after the end of a process that could not close it."""
    feed = "camera.send(bytes(1280 * 720 * 3 // 2)); os.kill(os.getpid(), 9)"
    code = f"""
import os
from overlay.sinks.virtualcam import open_virtual_camera
camera = open_virtual_camera({DEVICE!r}, 1280, 720)
{feed}
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == -9
    await until(is_free, "a killed process gives the device back", 10)


async def the_command(figures: dict[str, object]) -> None:
    """Sound with Meet's captions through the whole program, seen by another program."""
    put("hints.jsonl", "".join(json.dumps(hint(n)) + "\n" for n in range(5)))
    put("dragoman.toml", 'measure = "measure"\nspeakers.diarizer = "none"\n')
    silence = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "12", "silence.wav"]
    await program("ffmpeg", "-loglevel", "error", *silence)
    command = asyncio.create_task(program(sys.executable, "-m", "dragoman", *TRANSCRIBE))
    await until(lambda: command.done() or not is_free(), "the command feeds the webcam", 200)
    numbers: list[int] = []
    while not command.done() and not is_free():
        numbers += [stamp_of(picture) for picture in await by_v4l2_ctl_while_it_lasts()]
    told = await command
    say(told)
    assert f"Virtual webcam: {DEVICE}, a v4l2loopback device that is free." in told
    assert "The picture goes to the virtual webcam" in told
    assert "does not take the picture" not in told
    assert_rising(numbers, least=3)
    figures["pictures of dragoman transcribe"] = sorted(set(numbers))
    await until(is_free, "the command gives the device back", 10)


def put(path: str, text: str) -> None:
    """A small file."""
    Path(path).write_text(text, encoding="utf-8")


def hint(number: int) -> dict[str, object]:
    """One of Meet's captions, as docs/transcribe.md describes it."""
    said = {"text": f"Sentence number {number}.", "version": 1, "final": True, "language": "en"}
    who = {"line_id": f"l{number}", "participant_id": "ana", "name": "Ana"}
    return {"hint": "caption", **who, **said, "at_s": 1.0 + 2.0 * number}


async def main() -> None:
    figures: dict[str, object] = {}
    absent = await examine_webcam("off")
    assert not absent.ok
    assert "modprobe v4l2loopback devices=1 video_nr=10" in absent.remedy
    await the_sink(figures)
    found = await examine_webcam("v4l2:/dev/video10")
    assert found.ok, found
    assert found.found == "/dev/video10 (Dragoman, free)"
    say("the sink passed")
    await a_killed_process()
    say("the killed process passed")
    await the_command(figures)
    put("/exam/figures.json", json.dumps(figures, indent=1))
    for name, value in figures.items():
        say(f"{name}: {value}")


asyncio.run(main())
