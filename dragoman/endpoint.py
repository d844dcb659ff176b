"""A running bot's own pages, as other processes of this machine reach them."""

from collections.abc import Mapping

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

ANSWER_S = 5.0
"""Longest wait for the bot's answer."""


async def asked(
    http: ClientSession,
    endpoint: str,
    method: str,
    path: str,
    given: Mapping[str, object] | None = None,
) -> bool:
    """Whether the bot behind an endpoint took a request; POST sends `given` as JSON."""
    address = URL(endpoint)
    if not address.host:
        return False
    bearer = {"Authorization": f"Bearer {address.query.get('token', '')}"}
    body = dict(given or {}) if method == "POST" else None
    try:
        async with http.request(
            method, address.with_query(None).with_path(path), headers=bearer, json=body
        ) as answer:
            return answer.ok
    except (ClientError, TimeoutError):
        return False


async def answers(endpoint: str) -> bool:
    """Whether the bot of this very meeting runs there: only it knows the token."""
    async with ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as http:
        return await asked(http, endpoint, "GET", "/live")
