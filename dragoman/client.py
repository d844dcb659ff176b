"""A client of the server's API. Needs aiohttp only.

async with Dragoman("http://localhost:8470", "dgm_…") as dragoman:
    meeting = await dragoman.invite("https://meet.google.com/abc-defg-hij", languages=["es"])
    async for event in dragoman.events(meeting["id"], types=["caption"]):
        print(event["speaker"], event["stable"])
"""

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

Json = dict[str, Any]
T = TypeVar("T")

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Between tries of what may be tried again."""
HEARD_S = 45.0
"""A stream of events that says nothing for so long is opened anew."""
TOLERANCE_S = 300.0
"""Age of a webhook's message beyond which it is refused."""


class DragomanProblem(Exception):
    """The server refused: status, title, what to do, and each wrong field."""

    def __init__(self, status: int, title: str, detail: str = "", errors: Any = ()) -> None:
        super().__init__(f"{status}: {title} {detail}".strip())
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors


class Dragoman:
    """A server, as an async context manager. Answers are those of the API, as dictionaries.

    Raises DragomanProblem for what the server refuses, and aiohttp's errors where it cannot be
    reached.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_s: float = 300.0,
        pauses_s: Sequence[float] | None = None,
    ) -> None:
        self._server = url.rstrip("/")
        self._url = f"{self._server}/api/v1"
        self._pauses_s = PAUSES_S if pauses_s is None else pauses_s
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = ClientTimeout(total=timeout_s)
        self._http: ClientSession

    async def __aenter__(self) -> Self:
        self._http = ClientSession(headers=self._headers, timeout=self._timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def call(self, method: str, path: str, *, body: Any = None, **query: Any) -> Json:
        """Any operation, such as `call("GET", "/meetings", state=["ended"])`."""
        content = await self._content(method, path, body, query)
        found: Json = json.loads(content) if content else {}
        return found

    async def invite(self, link: str, *, languages: Sequence[str] = (), **more: Any) -> Json:
        """Sends the bot; the meeting. More: spoken, name, terms."""
        body = {"link": link, "languages": list(languages), **more}
        return await self.call("POST", "/meetings", body=body)

    async def meeting(self, meeting_id: str) -> Json:
        """A meeting with its steps."""
        return await self.call("GET", f"/meetings/{_part(meeting_id)}")

    def meetings(self, **filters: Any) -> AsyncIterator[Json]:
        """All meetings that fit, newest first."""
        return self._all("/meetings", "meetings", filters)

    async def leave(self, meeting_id: str) -> None:
        """Makes the bot leave."""
        await self.call("POST", f"/meetings/{_part(meeting_id)}/leave")

    async def pause(self, meeting_id: str, paused: bool = True) -> None:
        """Stops listening, or goes on."""
        order = "pause" if paused else "resume"
        await self.call("POST", f"/meetings/{_part(meeting_id)}/{order}")

    def transcript(self, meeting_id: str, **options: Any) -> AsyncIterator[Json]:
        """All segments. Options: version, language, from_s, to_s, words."""
        options = {"limit": 500, **options}
        return self._all(f"/meetings/{_part(meeting_id)}/transcript", "segments", options)

    async def export(self, meeting_id: str, format: str = "txt", **options: Any) -> bytes:
        """The transcript as a file. Options: language, mode, version."""
        path = f"/meetings/{_part(meeting_id)}/export"
        return await self._content("GET", path, None, {"format": format, **options})

    def search(self, words: str, **filters: Any) -> AsyncIterator[Json]:
        """Every place where it was said."""
        return self._all("/search", "hits", {"q": words, **filters})

    async def notes(self, meeting_id: str, *, language: str = "", make: bool = False) -> Json:
        """The notes of a meeting, as they are or made anew."""
        path = f"/meetings/{_part(meeting_id)}/notes"
        if make:
            return await self.call("POST", path, body={"language": language})
        return await self.call("GET", path, language=language)

    async def ask(self, meeting_id: str, question: str, *, language: str = "") -> Json:
        """An answer from the transcript, with its places."""
        body = {"question": question, "language": language}
        return await self.call("POST", f"/meetings/{_part(meeting_id)}/questions", body=body)

    async def events(
        self, meeting_id: str, *, types: Sequence[str] = (), after: int | None = None
    ) -> AsyncIterator[Json]:
        """Live events until the meeting is over, over broken connections too."""
        path = f"{self._url}/meetings/{_part(meeting_id)}/events"
        tries = 0
        while True:
            headers = {} if after is None else {"Last-Event-ID": str(after)}
            try:
                async with self._http.get(
                    path,
                    params=_query({"type": types}),
                    headers=headers,
                    timeout=ClientTimeout(total=None, sock_read=HEARD_S),
                ) as answer:
                    await _checked(answer)
                    async for number, kind, event in _events(answer):
                        tries = 0
                        if kind == "end":
                            return
                        after = max(number, after or 0)
                        yield event
            except (ClientError, TimeoutError):
                if tries >= len(PAUSES_S):
                    raise
            await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
            tries += 1

    async def told(self, path: str) -> str:
        """What the server tells outside the API: /metrics, and /ready whatever it says."""
        async with self._http.get(self._server + path) as answer:
            if answer.status != 503:
                await _checked(answer)
            return await answer.text()

    async def _all(self, path: str, name: str, query: Mapping[str, Any]) -> AsyncIterator[Json]:
        cursor: str | None = ""
        while cursor is not None:
            page = await self.call("GET", path, **{**query, "cursor": cursor})
            for each in page[name]:
                yield each
            cursor = page["next_cursor"]

    async def _content(self, method: str, path: str, body: Any, query: Mapping[str, Any]) -> bytes:
        given: Json = {"params": _query(query)}
        if body is not None:
            given["json"] = body
        if method == "POST":
            given["headers"] = {"Idempotency-Key": uuid4().hex}
        for pause_s in (*self._pauses_s, None):
            try:
                async with self._http.request(method, self._url + path, **given) as answer:
                    await _checked(answer)
                    return await answer.read()
            except DragomanProblem as problem:
                if problem.status != 503 or pause_s is None:
                    raise
            except (ClientError, TimeoutError):
                if pause_s is None or method == "PATCH":
                    raise
            await asyncio.sleep(pause_s)
        raise AssertionError("the last try returns or raises")


class DragomanSync:
    """The same for programs that wait, as a context manager."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 300.0) -> None:
        self._client = Dragoman(url, token, timeout_s=timeout_s)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._run(self._client.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._run(self._client.__aexit__(kind, error, trace))
        finally:
            self._runner.close()

    def call(self, method: str, path: str, *, body: Any = None, **query: Any) -> Json:
        """Any operation."""
        return self._run(self._client.call(method, path, body=body, **query))

    def invite(self, link: str, *, languages: Sequence[str] = (), **more: Any) -> Json:
        """Sends the bot; the meeting."""
        return self._run(self._client.invite(link, languages=languages, **more))

    def meeting(self, meeting_id: str) -> Json:
        """A meeting with its steps."""
        return self._run(self._client.meeting(meeting_id))

    def meetings(self, **filters: Any) -> Iterator[Json]:
        """All meetings that fit, newest first."""
        return self._each(self._client.meetings(**filters))

    def leave(self, meeting_id: str) -> None:
        """Makes the bot leave."""
        self._run(self._client.leave(meeting_id))

    def pause(self, meeting_id: str, paused: bool = True) -> None:
        """Stops listening, or goes on."""
        self._run(self._client.pause(meeting_id, paused))

    def transcript(self, meeting_id: str, **options: Any) -> Iterator[Json]:
        """All segments."""
        return self._each(self._client.transcript(meeting_id, **options))

    def export(self, meeting_id: str, format: str = "txt", **options: Any) -> bytes:
        """The transcript as a file."""
        return self._run(self._client.export(meeting_id, format, **options))

    def search(self, words: str, **filters: Any) -> Iterator[Json]:
        """Every place where it was said."""
        return self._each(self._client.search(words, **filters))

    def notes(self, meeting_id: str, *, language: str = "", make: bool = False) -> Json:
        """The notes of a meeting."""
        return self._run(self._client.notes(meeting_id, language=language, make=make))

    def ask(self, meeting_id: str, question: str, *, language: str = "") -> Json:
        """An answer from the transcript."""
        return self._run(self._client.ask(meeting_id, question, language=language))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _each(self, items: AsyncIterator[Json]) -> Iterator[Json]:
        async def following() -> Json | None:
            return await anext(items, None)

        while (found := self._run(following())) is not None:
            yield found


def verified(secret: str, header: str, body: bytes, *, now_s: float | None = None) -> Json | None:
    """What a webhook was told; None where the signature is not right or too old."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    if not (at.isascii() and at.isdecimal() and len(at) < 16):
        return None
    wanted = hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex().encode()
    shown = [value.encode() for name, _, value in parts if name == "v1"]
    now_s = time.time() if now_s is None else now_s
    if abs(now_s - int(at)) > TOLERANCE_S:
        return None
    if not any(hmac.compare_digest(each, wanted) for each in shown):
        return None
    told: Json = json.loads(body)
    return told


async def _events(answer: ClientResponse) -> AsyncIterator[tuple[int, str, Json]]:
    fields: dict[str, str] = {}
    buffer = b""
    async for chunk in answer.content.iter_any():
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            if line:
                name, _, value = line.decode().partition(": ")
                fields[name] = value
                continue
            if "data" in fields:
                number = int(fields.get("id") or 0)
                yield number, fields.get("event", "message"), json.loads(fields["data"])
            fields = {}


async def _checked(answer: ClientResponse) -> None:
    if answer.status < 400:
        return
    try:
        told = await answer.json(content_type=None)
        title, detail = str(told["title"]), str(told.get("detail", ""))
        errors = told.get("errors", ())
    except (ValueError, KeyError, TypeError):
        title, detail, errors = answer.reason or "", "", ()
    raise DragomanProblem(answer.status, title, detail, errors)


def _query(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in given.items():
        values = value if isinstance(value, list | tuple | set | frozenset) else [value]
        for each in values:
            if each is None or each == "":
                continue
            pairs.append((name, str(each).lower() if isinstance(each, bool) else str(each)))
    return pairs


def _part(text: str) -> str:
    return quote(text, safe="")
