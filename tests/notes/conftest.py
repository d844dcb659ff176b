"""Talks, and a server that speaks the chat completions' JSON."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from notes.port import Line, Talk


class ChatServer:
    """Answers with what a function makes of a request's messages."""

    def __init__(self, answer: Callable[[str, str], object]) -> None:
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.refuses: set[str] = set()
        self._answer = answer
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        self._server = TestServer(app)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """The base address while it runs."""
        async with self._server:
            yield str(self._server.make_url("/v1"))

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "tiny"}]})

    async def _chat(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        if self.refuses & set(body):
            return web.json_response({"error": "unknown field"}, status=400)
        system, user = (message["content"] for message in body["messages"])
        self.asked.append((system, user))
        made = self._answer(system, user)
        content = made if isinstance(made, str) else json.dumps(made)
        return web.json_response({"choices": [{"message": {"content": content}}]})


@pytest.fixture
def chat() -> Callable[[Callable[[str, str], object]], ChatServer]:
    return ChatServer


@pytest.fixture
def talk() -> Callable[..., Talk]:
    def make(*texts: str) -> Talk:
        lines = (Line(f"s{n}", "Ana", n * 10.0, text) for n, text in enumerate(texts))
        return Talk("m", tuple(lines), "en")

    return make
