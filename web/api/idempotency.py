"""Idempotency keys: a request that is sent again gets the answer that the first one got."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from domain.answers import KeptAnswer
from web.api.call import Call
from web.api.problems import Refuse

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PATTERN = r"^[\x21-\x7e]{1,200}$"


async def once(
    call: Call[Any, Any], raw: bytes, answered: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """The kept answer, or a new one, which is kept if it was a success. Raises Refuse."""
    key = call.request.headers[HEADER]
    if not re.fullmatch(PATTERN, key):
        raise Refuse(400, "The idempotency key is not good.", "1 to 200 visible ASCII characters.")
    owner = call.who.account_id or call.who.key_id
    answers = call.desks.answers
    print_ = _fingerprint(call.request, raw)
    kept = await answers.begin(owner, key, print_, call.desks.now())
    if kept is not None:
        return _again(kept, print_)
    done = False
    try:
        response = await answered()
        if isinstance(response, web.Response) and response.status < 300:
            headers = {k: response.headers[k] for k in ("Location",) if k in response.headers}
            answer = KeptAnswer(print_, response.status, headers, response.text or "")
            await answers.finish(owner, key, answer)
            done = True
        return response
    finally:
        if not done:
            await asyncio.shield(answers.drop(owner, key))


def _again(kept: KeptAnswer, fingerprint: str) -> web.Response:
    if kept.fingerprint != fingerprint:
        raise Refuse(
            422, "This idempotency key stands for another request.", "Take a new key for each."
        )
    if not kept.status:
        raise Refuse(
            409,
            "The first request with this key is being answered.",
            "Try again in a moment.",
            headers={"Retry-After": "1"},
        )
    return web.Response(
        text=kept.body or None,
        status=kept.status,
        content_type="application/json",
        headers={**kept.headers, REPLAYED: "true"},
    )


def _fingerprint(request: web.Request, raw: bytes) -> str:
    whole = f"{request.method} {request.path_qs}\n".encode() + raw
    return hashlib.sha256(whole).hexdigest()
