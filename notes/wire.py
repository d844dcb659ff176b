"""One request to an OpenAI-compatible server for an answer in JSON."""

import json
import re
from typing import Any

import aiohttp

from domain.errors import EngineError, EngineUnavailable

MAX_ANSWER_BYTES = 1_000_000
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_LOOK = "Look at the server's log; check its address, the model's name and the key."


class Wire:
    """A session with one server."""

    def __init__(self, base_url: str, api_key: str, model: str, timeout_s: float) -> None:
        self.model = model
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None
        self._plain = False

    async def ask(self, system: str, user: str, max_tokens: int) -> dict[str, Any]:
        """The JSON object that the model answers. Raises EngineError, EngineUnavailable."""
        if not self.model:
            self.model = await self._first_model()
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
            ],
            "temperature": 0,
            "max_tokens": max_tokens,
        }
        if not self._plain:
            body["response_format"] = {"type": "json_object"}
        status, read = await self._request("POST", "/chat/completions", body)
        if status in (400, 422) and not self._plain:
            # Some servers know no response_format.
            self._plain = True
            del body["response_format"]
            status, read = await self._request("POST", "/chat/completions", body)
        if status != 200:
            raise EngineUnavailable(f"The notes server answers with status {status}.", _LOOK)
        return object_in(_content(read))

    async def aclose(self) -> None:
        """Ends the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _first_model(self) -> str:
        status, read = await self._request("GET", "/models", None)
        data = read.get("data")
        names = [m.get("id") for m in data if isinstance(m, dict)] if isinstance(data, list) else []
        if status != 200 or not names:
            raise EngineUnavailable("The notes server lists no model.", "Name one in the settings.")
        return str(names[0])

    async def _request(
        self, method: str, path: str, body: dict[str, Any] | None
    ) -> tuple[int, dict[str, Any]]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, headers=self._headers)
        try:
            async with self._session.request(
                method, self._base + path, json=body, allow_redirects=False
            ) as answer:
                raw = bytearray()
                async for chunk in answer.content.iter_chunked(65_536):
                    raw += chunk
                    if len(raw) > MAX_ANSWER_BYTES:
                        raise EngineError("The notes server's answer is far too long.", _LOOK)
                read = json.loads(raw) if answer.status == 200 else {}
                return answer.status, read if isinstance(read, dict) else {}
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            raise EngineUnavailable(
                f"The notes server did not answer as it should ({type(error).__name__}).", _LOOK
            ) from error


def _content(read: dict[str, Any]) -> str:
    try:
        content = read["choices"][0]["message"]["content"]
    except (LookupError, TypeError) as error:
        raise EngineUnavailable("The notes server is not OpenAI-compatible.", _LOOK) from error
    return content if isinstance(content, str) else ""


def object_in(content: str) -> dict[str, Any]:
    """The JSON object in an answer, fences and thoughts around it left out."""
    text = _THOUGHT.sub("", content)
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as error:
        raise EngineError("The model did not answer in JSON.", "Try another model.") from error
    if not isinstance(found, dict):
        raise EngineError("The model did not answer in JSON.", "Try another model.")
    return found
