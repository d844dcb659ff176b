"""Answers one request by an operation: checks, handler, problems, ETag."""

import hashlib
import logging
from typing import Any

from aiohttp import ETag, web
from pydantic import BaseModel

from domain.errors import DragomanError, UsageError
from web.api.call import Call
from web.api.desks import Desks
from web.api.idempotency import once
from web.api.operation import Operation
from web.api.problems import Refuse
from web.api.reading import read_body, read_query
from web.auth.who import who

log = logging.getLogger(__name__)

RETRY_S = 5


async def serve(operation: Operation, desks: Desks, request: web.Request) -> web.StreamResponse:
    """The answer, or a problem."""
    try:
        query = read_query(operation.query, request.query)
        body, raw = await _body(operation, request)
        call = Call(desks, request, who(request), query, body, operation.status)
        if operation.keyed and "Idempotency-Key" in request.headers:
            return await once(call, raw, lambda: _answered(operation, call))
        return await _answered(operation, call)
    except Refuse as refusal:
        return refusal.answer()
    except UsageError as error:
        return Refuse(operation.refusal, error.message, error.remedy).answer()
    except DragomanError as error:
        log.warning("an operation failed: %s: %s", operation.name, type(error).__name__)
        headers = {"Retry-After": str(RETRY_S)} if error.retry else {}
        return Refuse(503, error.message, error.remedy, headers=headers).answer()


async def _body(operation: Operation, request: web.Request) -> tuple[BaseModel, bytes]:
    if request.method in ("GET", "HEAD"):
        return operation.body(), b""
    return await read_body(operation.body, request)


async def _answered(operation: Operation, call: Call[Any, Any]) -> web.StreamResponse:
    found = await operation.handle(call)
    if isinstance(found, web.StreamResponse):
        return found
    if found is None:
        return web.Response(status=204, headers=call.headers)
    assert isinstance(found, BaseModel), "an operation answers with a model"
    text = found.model_dump_json()
    response = web.Response(
        text=text, status=call.status, content_type="application/json", headers=call.headers
    )
    if call.request.method in ("GET", "HEAD"):
        return _tagged(call.request, response, text)
    return response


def _tagged(request: web.Request, response: web.Response, text: str) -> web.Response:
    """The answer with its ETag, or 304 where the caller has it already."""
    tag = etag_of(text)
    known = request.if_none_match or ()
    if any(each == ETag(tag, is_weak=each.is_weak) or each.value == "*" for each in known):
        response = web.Response(status=304)
    response.etag = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def etag_of(text: str) -> str:
    """Of an answer's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
