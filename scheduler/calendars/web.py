"""Asks servers of calendars: sizes limited, redirects checked, passwords kept at home."""

import asyncio
import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DigestAuthMiddleware
from yarl import URL

from domain.calendars import CalendarError
from domain.errors import DragomanError

TIMEOUT = ClientTimeout(total=60, connect=15)
MAX_BYTES = 25_000_000
_REDIRECTS = (301, 302, 303, 307, 308)
_AGENT = "Dragoman calendar"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    url: str
    """After redirects."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks."""

    user: str
    password: str = field(repr=False)


@dataclass(slots=True)
class Web:
    """Asks over a client session; `check` refuses addresses by raising an error of ours."""

    http: ClientSession
    check: Callable[[str], object]
    sleep: Callable[[float], Any] = asyncio.sleep
    _digests: dict[tuple[str, Login], DigestAuthMiddleware] = field(default_factory=dict)
    _basic: set[tuple[str, Login]] = field(default_factory=set)

    async def ask(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        login: Login | None = None,
    ) -> Answer:
        """One answer, whatever its status, after at most five redirects. A login is told only
        to the host it was given for. Raises CalendarError, or what `check` raises."""
        url = URL(address)
        home = url.origin() if url.absolute and url.host else url
        for _ in range(6):
            self.check(str(url))
            mine = login if url.origin() == home else None
            answer = await self._once(method, url, dict(headers or {}), data, mine)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            following = url.join(URL(target))
            if url.scheme == "https" and following.scheme != "https":
                raise CalendarError(
                    f"{url.host} leads to an address without encryption.", retry=False
                )
            url = following
        raise CalendarError(f"{url.host} leads from one address to the next.", retry=False)

    async def _once(
        self, method: str, url: URL, headers: dict[str, str], data: Any, login: Login | None
    ) -> Answer:
        known = (str(url.origin()), login) if login is not None else None
        if known is not None and known in self._basic and login is not None:
            headers = {**headers, "Authorization": _basic(login)}
        digest = self._digests.get(known) if known is not None else None
        answer = await self._plain(method, url, headers, data, digest)
        if answer.status != 401 or login is None or known is None:
            return answer
        if known in self._basic or digest is not None:
            return answer
        offered = answer.headers.get("www-authenticate", "").lower()
        if "digest" in offered:
            digest = self._digests[known] = DigestAuthMiddleware(login.user, login.password)
            return await self._plain(method, url, headers, data, digest)
        self._basic.add(known)
        headers = {**headers, "Authorization": _basic(login)}
        return await self._plain(method, url, headers, data, None)

    async def _plain(
        self,
        method: str,
        url: URL,
        headers: dict[str, str],
        data: Any,
        digest: DigestAuthMiddleware | None,
    ) -> Answer:
        given: dict[str, Any] = {} if digest is None else {"middlewares": (digest,)}
        try:
            async with self.http.request(
                method,
                url,
                headers={"User-Agent": _AGENT, **headers},
                data=data,
                allow_redirects=False,
                timeout=TIMEOUT,
                **given,
            ) as response:
                body = bytearray()
                async for piece in response.content.iter_chunked(65536):
                    body += piece
                    if len(body) > MAX_BYTES:
                        raise CalendarError(
                            f"What {url.host} sends is larger than {MAX_BYTES // 1_000_000} MB.",
                            "Choose a smaller calendar.",
                            retry=False,
                        )
                lower = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, lower, bytes(body), str(url))
        except DragomanError:
            raise
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise CalendarError(
                f"{url.host} cannot be reached ({type(error).__name__}).",
                "It is asked again at the next poll.",
            ) from error


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")


def refused(answer: Answer) -> CalendarError:
    """What an answer that helps nobody means, for people."""
    host = URL(answer.url).host
    if answer.status in (401, 403):
        return CalendarError(
            f"{host} refuses access ({answer.status}).", "Check user and password.", retry=False
        )
    if answer.status in (404, 410):
        return CalendarError(
            f"{host} has no such calendar ({answer.status}).", "Check its address.", retry=False
        )
    return CalendarError(f"{host} answers with {answer.status}.", "It is asked again later.")


def retry_after_s(answer: Answer) -> float | None:
    """The Retry-After of an answer, in seconds."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def backed_off_s(attempt: int, rng: random.Random) -> float:
    """Seconds before attempt + 1: exponential, with jitter, at most a minute."""
    return min(60.0, 2.0**attempt) * (0.5 + rng.random() / 2)
