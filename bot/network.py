"""Whether the page's connection to the meeting works, and whether the site can be reached."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

BROKEN_S = 6.0
"""A connection that is broken for so long does not come back by itself."""
_POLL_S = 1.0
_ANSWER_S = 5.0


class Line:
    """The page's connection to the meeting, as the page tells of it."""

    def __init__(self) -> None:
        self._cut_s: float | None = None

    def heard(self, message: dict[str, Any], at_s: float) -> None:
        """It broke, or works again."""
        self._cut_s = None if message.get("up") else at_s

    def broken(self, now_s: float) -> bool:
        """Whether it will not come back by itself."""
        return self._cut_s is not None and now_s - self._cut_s >= BROKEN_S


async def site_answers(
    origin: str, within_s: float, away: Callable[[], None] = lambda: None
) -> bool:
    """Waits until the site answers anything; whether it did in time. `away` is called once
    where it does not answer at first."""
    told = False
    try:
        async with (
            asyncio.timeout(within_s),
            ClientSession(timeout=ClientTimeout(total=_ANSWER_S), trust_env=True) as http,
        ):
            while True:
                if await _asked(http, origin):
                    return True
                if not told:
                    told = True
                    away()
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        return False


async def _asked(http: ClientSession, origin: str) -> bool:
    try:
        async with http.get(origin, allow_redirects=False):
            return True
    except (ClientError, TimeoutError, OSError):
        return False
