"""A part of something long, as browsers ask for it to seek in sound."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

Read = Callable[[int, int], AsyncIterator[bytes]]
"""From one byte to another, the last one included."""


async def ranged(
    request: web.Request, total: int, headers: dict[str, str], read: Read
) -> web.StreamResponse:
    """The whole, or the one range that is asked for; 416 for one that is not there.

    `headers` hold an ETag: with another one in If-Range everything is sent.
    """
    given = {**headers, "Accept-Ranges": "bytes"}
    try:
        asked = request.http_range
        first, last = _within(asked.start, asked.stop, total)
    except ValueError:
        given["Content-Range"] = f"bytes */{total}"
        return web.Response(status=416, headers=given)
    whole = "Range" not in request.headers
    if request.headers.get("If-Range", headers["ETag"]) != headers["ETag"]:
        first, last, whole = 0, total - 1, True
    if not whole:
        given["Content-Range"] = f"bytes {first}-{last}/{total}"
    given["Content-Length"] = str(last - first + 1)
    response = web.StreamResponse(status=200 if whole else 206, headers=given)
    await response.prepare(request)
    with suppress(ConnectionResetError):  # who seeks lets go of what was asked for before
        if request.method != "HEAD":
            async for piece in read(first, last):
                await response.write(piece)
        await response.write_eof()
    return response


def _within(start: int | None, stop: int | None, total: int) -> tuple[int, int]:
    """First and last byte. Raises ValueError for what is not there."""
    if start is None:
        start = 0
    elif start < 0:
        start = max(0, total + start)
    last = total - 1 if stop is None else min(stop, total) - 1
    if start > last:
        raise ValueError("no such range")
    return start, last
