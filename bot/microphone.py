"""The bot's microphone: speech goes to the page a little ahead of being heard."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from math import gcd
from typing import Any

import numpy as np

from bot.endpoint import PageEndpoint
from bot.protocol import SPEECH_RATE, speech_message
from domain.voices import Speech

log = logging.getLogger(__name__)

_PIECE_S = 0.1
_AHEAD_S = 0.4
"""So much speech is in the page before it is due."""
_MOST_WAITING_S = 30.0


def for_the_page(speech: Speech) -> bytes:
    """The sound at SPEECH_RATE, with ends that do not click."""
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32)
    step = gcd(speech.rate, SPEECH_RATE)
    if speech.rate != SPEECH_RATE and samples.size:
        # Slow to load, and needed by a bot that speaks only.
        from scipy.signal import resample_poly

        samples = resample_poly(samples, SPEECH_RATE // step, speech.rate // step)
    edge = min(SPEECH_RATE // 200, samples.size // 2)
    if edge:
        ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        samples[:edge] *= ramp
        samples[-edge:] *= ramp[::-1]
    sound: bytes = np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
    return sound


class Microphone:
    """A SpeechSink. At most 30 s wait; beyond that the oldest speech is dropped, counted.

    Without a page there is nobody to hear: speech is dropped, not kept for later.
    """

    def __init__(self, endpoint: PageEndpoint, notice: Callable[[str, str, float], None]) -> None:
        self.dropped = 0
        self.heard_s: deque[float] = deque(maxlen=1000)
        """Meeting seconds at which the page began to play speech."""
        self._endpoint, self._notice = endpoint, notice
        self._waiting: deque[Speech] = deque()
        self._news = asyncio.Event()
        self._number = 0
        self._due_s = 0.0

    async def play(self, speech: Speech) -> None:
        """Takes speech to play after what waits; at once."""
        self._waiting.append(speech)
        while len(self._waiting) > 1 and self._waiting_s() > _MOST_WAITING_S:
            self._waiting.popleft()
            self._drop()
        self._news.set()

    async def run(self) -> None:
        """Sends speech for ever, piece by piece, on a schedule."""
        while True:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            speech = self._waiting.popleft()
            if not self._endpoint.connected or not await self._send(speech):
                self._drop()

    def spoken(self, message: dict[str, Any], at_s: float) -> None:
        """The page says when speech began to be heard."""
        delay_ms = message.get("delay")
        self.heard_s.append(at_s + (delay_ms / 1000 if isinstance(delay_ms, int | float) else 0))
        if message.get("state") == "suspended":
            self._notice("microphone_silent", "The browser does not let the bot speak.", at_s)

    async def _send(self, speech: Speech) -> bool:
        sound = await asyncio.to_thread(for_the_page, speech)
        size = int(SPEECH_RATE * _PIECE_S) * 2
        self._number += 1
        self._due_s = max(self._due_s, time.monotonic())
        for start in range(0, len(sound), size):
            piece = sound[start : start + size]
            last = start + size >= len(sound)
            wait_s = self._due_s - _AHEAD_S - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            message = speech_message(self._number, piece, first=start == 0, last=last)
            if not await self._endpoint.send_bytes(message):
                return False
            self._due_s += len(piece) / 2 / SPEECH_RATE
        return True

    def _waiting_s(self) -> float:
        return sum(speech.length_s for speech in self._waiting)

    def _drop(self) -> None:
        if not self.dropped:
            log.warning("speech for the microphone is dropped")
        self.dropped += 1
