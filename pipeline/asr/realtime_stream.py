"""One utterance over a realtime socket: sound out, pieces of text in."""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from domain.audio import SAMPLE_RATE
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from domain.text import clean
from pipeline.asr.belief import Belief
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.openai_answer import spread
from pipeline.asr.whisper_guards import refusal
from pipeline.language_guess import guess
from pipeline.script import fits

_MOST_CHARACTERS = 20_000
_BYTES_AT_ONCE = 64_000


@dataclass(frozen=True, slots=True)
class _Part:
    """Text that came when so much sound had been sent."""

    text: str
    at_s: float


class RealtimeStream:
    """Whole words that the server wrote are stable, except the last, which may go on."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        request: RecognitionRequest,
        belief: Belief,
        timeout_s: float,
    ) -> None:
        self._socket = socket
        self._request = request
        self._language = request.language
        """Empty until the text tells it."""
        self._belief = belief
        self._timeout_s = timeout_s
        self._sent_s = 0.0
        self._parts: list[_Part] = []
        self._shown = 0
        self._stable: tuple[Word, ...] = ()
        self._created = asyncio.Event()
        self._done: str | None = None
        self._ended = asyncio.Event()
        self._error: EngineError | None = None
        self._reader: asyncio.Task[None] | None = None

    async def begin(self, model: str) -> None:
        """Waits for the session and names the model. Raises EngineError."""
        self._reader = asyncio.create_task(self._read())
        await self._wait(self._created)
        await self._send({"type": "session.update", "model": model})
        await self._send({"type": "input_audio_buffer.commit", "final": False})

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Sends sound; the words so far if some have come. Raises EngineError."""
        self._check()
        for at in range(0, len(pcm), _BYTES_AT_ONCE):
            audio = base64.b64encode(pcm[at : at + _BYTES_AT_ONCE]).decode()
            await self._send({"type": "input_audio_buffer.append", "audio": audio})
        self._sent_s += len(pcm) / 2 / SAMPLE_RATE
        if len(self._parts) == self._shown:
            return None
        self._shown = len(self._parts)
        words = self._words("".join(part.text for part in self._parts))
        if not words or refusal(self._decoded(words)):
            return None
        self._stable = words[: max(len(self._stable), len(words) - 1)]
        return Hypothesis(words, self._language, stable=len(self._stable))

    async def finish(self) -> Hypothesis:
        """The final words. Raises EngineError."""
        self._check()
        if self._sent_s:
            await self._send({"type": "input_audio_buffer.commit", "final": True})
            await self._wait(self._ended)
        done = (self._done or "").strip()
        words = self._words(done or "".join(part.text for part in self._parts))
        piece = Piece(b"", self._request.track, self._request.language, final=True)
        believed = self._belief.judge(self._decoded(words), piece)
        words = believed.words if believed else ()
        if self._stable:
            words = self._stable + words[len(self._stable) :]
        return Hypothesis(words, self._language, final=True, stable=len(words))

    async def aclose(self) -> None:
        """Closes the socket, also where it is cancelled."""
        reader, self._reader = self._reader, None
        try:
            if reader is not None:
                reader.cancel()
                await asyncio.wait([reader])
        finally:
            await self._socket.close()

    def _decoded(self, words: tuple[Word, ...]) -> Decoded:
        return Decoded(words, self._language, self._sent_s)

    def _words(self, text: str) -> tuple[Word, ...]:
        """Words with times by when their text came; they keep their times once shown."""
        text = clean(text, _MOST_CHARACTERS)
        self._language = self._language or _language(text)
        words = spread(text, self._language, 0.0, max(self._sent_s, 0.01))
        lengths = [len(" ".join(w.text for w in words[: n + 1])) for n in range(len(words))]
        ends = [self._came_s(length) for length in lengths]
        timed: list[Word] = list(self._stable[: len(words)])
        for word, end_s in list(zip(words, ends, strict=True))[len(timed) :]:
            start_s = timed[-1].end_s if timed else 0.0
            start_s = max(start_s, min(end_s, self._sent_s) - 0.1 * (len(word.text) + 1))
            timed.append(Word(word.text, min(start_s, self._sent_s), max(start_s, end_s)))
        return tuple(timed)

    def _came_s(self, characters: int) -> float:
        """Seconds of sound that had been sent when so many characters were there."""
        count = 0
        for part in self._parts:
            count += len(part.text)
            if count >= characters:
                return part.at_s
        return self._sent_s

    async def _send(self, message: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._socket.send_json(message)
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise self._error or _unreachable(type(error).__name__) from error

    async def _wait(self, moment: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await moment.wait()
        except TimeoutError as error:
            raise _unreachable(f"no answer in {self._timeout_s:g} s") from error
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    async def _read(self) -> None:
        """Takes messages until the socket ends; runs as a task that `aclose` ends."""
        try:
            async for message in self._socket:
                if message.type != aiohttp.WSMsgType.TEXT:
                    raise _unreachable("a message that is no text")
                self._take(message.data)
            if self._done is None:
                raise _unreachable("the connection was closed")
        except EngineError as error:
            self._error = error
        except Exception as error:
            self._error = _unreachable(type(error).__name__)
        finally:
            self._created.set()
            self._ended.set()

    def _take(self, raw: str) -> None:
        try:
            event = json.loads(raw)
            kind = event["type"]
        except (ValueError, LookupError, TypeError) as error:
            raise _unreachable("a message of another kind") from error
        if kind == "session.created":
            self._created.set()
        elif kind == "transcription.delta":
            delta = event.get("delta")
            if not isinstance(delta, str):
                raise _unreachable("a delta without text")
            if sum(len(part.text) for part in self._parts) > _MOST_CHARACTERS:
                raise _unreachable("far too much text")
            self._parts.append(_Part(delta, self._sent_s))
        elif kind == "transcription.done":
            text = event.get("text")
            self._done = text if isinstance(text, str) else ""
            self._ended.set()
        elif kind == "error":
            raise _unreachable(f"error {clean(str(event.get('error', '')), 120)}")


def _language(text: str) -> str:
    """The language that the words tell, or that most letters' script tells; else empty."""
    told = guess(text)
    return told if fits(text, told) else ""


def _unreachable(why: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"The realtime recognition server failed: {why}.",
        "Check that it serves a model that streams, or use openai-audio.",
    )
