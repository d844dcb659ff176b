"""Problems as RFC 9457 tells them: application/problem+json."""

from collections.abc import Mapping

from aiohttp import web

from domain.text import clean

MEDIA = "application/problem+json"


def problem(
    status: int, title: str, detail: str = "", *, headers: Mapping[str, str], **more: object
) -> web.Response:
    """An answer for programs: what is wrong, and what to do."""
    told = {"type": "about:blank", "title": clean(title), "status": status, "detail": clean(detail)}
    return web.json_response({**told, **more}, status=status, content_type=MEDIA, headers=headers)
