"""The API's routes."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from web.api.answering import etag_of, serve
from web.api.desks import Desks
from web.api.openapi import document_text
from web.api.table import OPERATIONS
from web.routes import Needs, Route


def api_routes(desks: Desks) -> Sequence[Route]:
    """All operations, and GET /openapi.json."""
    return [
        *(
            Route(
                operation.method,
                operation.path,
                partial(serve, operation, desks),
                operation.needs,
                max_bytes=operation.max_bytes,
            )
            for operation in OPERATIONS
        ),
        Route("GET", "/openapi.json", openapi, Needs.VIEWER),
    ]


async def openapi(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    text = document_text()
    tag = etag_of(text)
    if any(each.value == tag for each in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        response = web.Response(text=text, content_type="application/json")
    response.etag = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
