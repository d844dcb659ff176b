"""The pictures in a stream of multipart/x-mixed-replace."""

from collections.abc import AsyncIterator

from aiohttp import StreamReader


async def parts(stream: StreamReader, largest: int) -> AsyncIterator[bytes]:
    """The body of each part that tells its length. Ends at the stream's end or at a part of
    more than `largest` bytes."""
    length = 0
    while line := await stream.readline():
        name, _, value = line.decode("latin-1").partition(":")
        if name.strip().lower() == "content-length":
            length = int(value) if value.strip().isdigit() else 0
        elif not line.strip() and length:
            if length > largest:
                return
            yield await stream.readexactly(length)
            length = 0
