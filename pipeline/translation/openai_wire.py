"""One request to an OpenAI-compatible server: whole or streamed, and what can go wrong."""

import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from domain.errors import EngineError, EngineUnavailable

MAX_ANSWER_BYTES = 200_000
_LOOK = "Look at the server's log; check the model's name and the key."
_ADDRESS = "Check the base address: it usually ends in /v1."


class Rejected(EngineError):
    """The server refuses the form of the request; `told` is what it says."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"The translation server refuses the request (status {status}).", _LOOK)
        self.told = told


class Busy(EngineUnavailable):
    """The server asks to wait."""

    def __init__(self, status: int, retry_after_s: float | None) -> None:
        super().__init__(
            f"The translation server is overloaded (status {status}).",
            "Give it more room, or ask for fewer languages.",
        )
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model wrote."""

    text: str
    thought: bool = False
    """Whether it thought aloud beside or before the answer."""
    quality: float | None = None
    """Mean probability of its pieces, 0..1, where the server tells them."""
    whole: bool = True
    """Whether it came to its end; only streamed ones may not."""


class Wire:
    """A session with one server."""

    def __init__(self, base_url: str, api_key: str, timeout_s: float) -> None:
        self.base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def models(self) -> list[dict[str, Any]]:
        """What the server lists. Raises EngineUnavailable, or Rejected where it will not."""
        async with self._reached(), self._client().get(f"{self.base}/models") as answer:
            if answer.status != 200:
                raise Rejected(answer.status, "")
            listed = _json(await _read(answer))
        data = listed.get("data")
        return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []

    async def ask(self, body: Mapping[str, Any]) -> Answer:
        """The whole answer. Raises Rejected, Busy, EngineUnavailable or EngineError."""
        async with self._reached(), self._posted(body) as answer:
            return _answer(_json(await _read(answer)))

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[Answer, None]:
        """The answer as it grows; the last one is whole, unless the server breaks off."""
        text, size = "", 0
        async with self._reached(), self._posted({**body, "stream": True}) as answer:
            if answer.content_type == "application/json":
                yield _answer(_json(await _read(answer)))
                return
            async for raw in answer.content:
                size += len(raw)
                if size > 10 * MAX_ANSWER_BYTES:
                    raise EngineError("The translation server's answer is far too long.")
                if not raw.startswith(b"data:"):
                    continue
                data = raw[5:].strip()
                if data == b"[DONE]":
                    yield Answer(text)
                    return
                piece, ended = _delta(_json(data))
                text += piece
                if piece or ended:
                    yield Answer(text, whole=ended)
                if ended:
                    return

    async def aclose(self) -> None:
        """Ends the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def _posted(self, body: Mapping[str, Any]) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self._client().post(f"{self.base}/chat/completions", json=body) as answer:
            if answer.status in (400, 422):
                raise Rejected(answer.status, (await _read(answer)).decode(errors="replace"))
            if answer.status in (429, 503):
                raise Busy(answer.status, _seconds(answer.headers.get("Retry-After")))
            if answer.status != 200:
                raise EngineUnavailable(
                    f"The translation server answers with status {answer.status}.", _LOOK
                )
            yield answer

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        try:
            yield
        except (
            aiohttp.ClientError,
            aiohttp.http_exceptions.HttpProcessingError,
            TimeoutError,
            ValueError,
        ) as error:
            raise EngineUnavailable(
                f"The translation server did not answer ({type(error).__name__}).",
                "Check its address, that it runs and is not overloaded.",
            ) from error

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout_s), headers=self._headers
            )
        return self._session


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in answer.content.iter_chunked(16_384):
        raw += chunk
        if len(raw) > MAX_ANSWER_BYTES:
            raise EngineError("The translation server's answer is far too long.")
    return bytes(raw)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        read = json.loads(raw)
    except ValueError as error:
        raise _foreign() from error
    if not isinstance(read, dict):
        raise _foreign()
    return read


def _foreign() -> EngineUnavailable:
    return EngineUnavailable(
        "The translation server's answer is not that of an OpenAI-compatible server.", _ADDRESS
    )


def _answer(read: dict[str, Any]) -> Answer:
    try:
        choice = read["choices"][0]
        message = choice["message"]
        content = message.get("content")
        thought = message.get("reasoning") or message.get("reasoning_content")
    except (LookupError, TypeError, AttributeError) as error:
        raise _foreign() from error
    text = content if isinstance(content, str) else ""
    return Answer(text, bool(thought) or "<think" in text, _quality(choice.get("logprobs")))


def _quality(logprobs: Any) -> float | None:
    """The e-th power of the mean log-probability."""
    try:
        told = [float(each["logprob"]) for each in logprobs["content"]]
        return math.exp(min(0.0, sum(told) / len(told)))
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return None


def _delta(read: dict[str, Any]) -> tuple[str, bool]:
    if "error" in read:
        raise EngineUnavailable("The translation server broke off its answer.", _LOOK)
    try:
        choice = (read.get("choices") or [{}])[0]
        content = (choice.get("delta") or {}).get("content")
        return content if isinstance(content, str) else "", bool(choice.get("finish_reason"))
    except (LookupError, TypeError, AttributeError) as error:
        raise _foreign() from error


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds, given as a number or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
