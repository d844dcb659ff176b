"""Speech on its way to the page: its form, its pace, and what is dropped."""

import asyncio
import struct
from collections.abc import AsyncIterator

import numpy as np
import pytest

from bot.endpoint import PageEndpoint
from bot.microphone import Microphone, for_the_page
from domain.voices import Speech


class Page(PageEndpoint):
    """An endpoint with a page that notes what it gets."""

    def __init__(self, *, there: bool = True) -> None:
        super().__init__()
        self.there = there
        self.got: list[bytes] = []

    @property
    def ends(self) -> int:
        """Speeches whose last piece came."""
        return sum(message[2] & 2 == 2 for message in self.got)

    @property
    def connected(self) -> bool:
        return self.there

    async def send_bytes(self, message: bytes) -> bool:
        if self.there:
            self.got.append(message)
        return self.there


def speech(seconds: float, rate: int = 16_000) -> Speech:
    tone = np.sin(np.arange(round(rate * seconds)) * 2 * np.pi * 440 / rate) * 8000
    return Speech(tone.astype("<i2").tobytes(), rate, "es", "c1")


async def until(page: Page, microphone: Microphone, played: int, dropped: int = 0) -> None:
    async with asyncio.timeout(15):
        while (page.ends, microphone.dropped) != (played, dropped):
            await asyncio.sleep(0.01)


@pytest.fixture
async def page() -> AsyncIterator[tuple[Page, Microphone]]:
    page = Page()
    microphone = Microphone(page, lambda *_: None)
    task = asyncio.create_task(microphone.run())
    yield page, microphone
    task.cancel()
    await asyncio.wait({task})


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 48_000])
def test_every_rate_becomes_48_khz_of_the_same_length_and_loudness(rate: int) -> None:
    samples = np.frombuffer(for_the_page(speech(0.5, rate)), "<i2").astype(np.float32)
    assert abs(len(samples) - 24_000) < 10
    assert abs(np.sqrt(np.mean(samples[2000:-2000] ** 2)) - 8000 / np.sqrt(2)) < 200
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50


def test_no_sound_is_no_fault() -> None:
    assert for_the_page(Speech(b"", 22_050, "es")) == b""


async def test_pieces_come_in_order_with_first_and_last_marked(
    page: tuple[Page, Microphone],
) -> None:
    there, microphone = page
    await microphone.play(speech(0.35))
    await microphone.play(speech(0.1))
    await until(there, microphone, 2)
    heads = [struct.unpack_from("<BBHI", message) for message in there.got]
    assert heads == [(4, 1, 1, 1), (4, 1, 0, 1), (4, 1, 0, 1), (4, 1, 2, 1), (4, 1, 3, 2)]
    assert sum(len(m) - 8 for m in there.got) == round(0.45 * 48_000) * 2


async def test_long_speech_is_not_sent_all_at_once(page: tuple[Page, Microphone]) -> None:
    there, microphone = page
    await microphone.play(speech(20.0))
    async with asyncio.timeout(10):
        while not there.got:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert len(there.got) < 100
    assert there.ends == 0


async def test_without_a_page_speech_is_dropped_and_later_speech_heard(
    page: tuple[Page, Microphone],
) -> None:
    there, microphone = page
    there.there = False
    await microphone.play(speech(0.1))
    await until(there, microphone, 0, 1)
    there.there = True
    await microphone.play(speech(0.1))
    await until(there, microphone, 1, 1)


async def test_what_waits_is_bounded() -> None:
    microphone = Microphone(Page(), lambda *_: None)
    for _ in range(20):
        await microphone.play(speech(3.0))
    assert microphone.dropped == 10


async def test_a_browser_that_does_not_let_it_speak_is_told() -> None:
    told: list[str] = []
    microphone = Microphone(Page(), lambda kind, *_: told.append(kind))
    microphone.spoken({"delay": 80, "state": "running"}, 5.0)
    microphone.spoken({"delay": "?", "state": "suspended"}, 6.0)
    assert list(microphone.heard_s) == [5.08, 6.0]
    assert told == ["microphone_silent"]
