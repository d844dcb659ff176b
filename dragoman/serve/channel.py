"""One live meeting's messages: numbered, kept for a while, handed to everybody who follows."""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from domain.serving import Message

log = logging.getLogger(__name__)

KEPT_S = 30 * 60.0
"""How far back a follower may go on from."""
MOST_KEPT = 20_000
"""Messages that are kept at most; the oldest give way."""
MOST_WAITING = 400
"""Messages that may wait for one follower."""
CAPTIONS = 400
"""Captions that a new follower gets."""

PASSING = frozenset({"levels", "stages", "picture", "beat"})
"""Types of which only the newest matters; they are not kept."""

Numbered = tuple[int, Message]


class Channel:
    """Messages in, numbered messages out; numbers rise by one and never begin again.

    Overflow of a follower (`behind`): what waits is dropped, counted in `resyncs`, and the
    follower gets a message `behind` and then everything as it is now.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self.number = 0
        self.resyncs = 0
        self._lost = 0
        self._now_s = now_s
        self._log: deque[tuple[float, int, Message]] = deque()
        self._latest: dict[str, Numbered] = {}
        self._told: deque[Numbered] = deque(maxlen=200)
        self._seen: set[str] = set()
        self._captions: OrderedDict[str, Numbered] = OrderedDict()
        self._followers: set[Follower] = set()

    @property
    def followers(self) -> int:
        return len(self._followers)

    def put(self, messages: Iterable[Message]) -> None:
        """Takes what the bot told; what is known already, as after a new connection, is left
        out. Never waits."""
        for message in messages:
            if not self._news(message):
                continue
            self.number += 1
            numbered = (self.number, message)
            self._keep(numbered)
            for follower in self._followers:
                follower.put(numbered)

    @asynccontextmanager
    async def follow(self, after: int | None = None) -> AsyncIterator[AsyncIterator[Numbered]]:
        """See `domain.serving.LiveFeed.follow`."""
        follower = Follower(self)
        first = self._since(after)
        follower.begin(first if first is not None else self.everything())
        self._followers.add(follower)
        try:
            yield follower.items()
        finally:
            self._followers.discard(follower)

    def latest(self, kind: str) -> Message | None:
        """The newest message of a type that replaces the one before."""
        found = self._latest.get(kind)
        return found[1] if found else None

    def everything(self) -> list[Numbered]:
        """The meeting as it is now, oldest first."""
        items = [*self._told, *self._captions.values(), *self._latest.values()]
        return sorted(items, key=lambda item: item[0])

    def _news(self, message: Message) -> bool:
        kind = message.get("type")
        if kind == "beat":
            return False
        if kind == "caption":
            known = self._captions.get(str(message.get("id")))
            return known is None or _revision(known[1]) < _revision(message)
        if kind in ("state", "notice"):
            key = repr(sorted(message.items(), key=lambda item: item[0]))
            if key in self._seen:
                return False
            self._seen.add(key)
        elif kind in self._latest and kind not in PASSING:
            return self._latest[str(kind)][1] != message
        return True

    def _keep(self, numbered: Numbered) -> None:
        number, message = numbered
        kind = str(message.get("type"))
        if kind == "caption":
            self._captions[str(message["id"])] = numbered
            if len(self._captions) > CAPTIONS:
                self._captions.popitem(last=False)
        elif kind in ("state", "notice"):
            self._told.append(numbered)
        else:
            self._latest[kind] = numbered
        if kind in PASSING:
            return
        now_s = self._now_s()
        self._log.append((now_s, number, message))
        while len(self._log) > MOST_KEPT or now_s - self._log[0][0] > KEPT_S:
            self._lost = self._log.popleft()[1]

    def _since(self, after: int | None) -> list[Numbered] | None:
        """What came after a number; None where not all of that is kept any more."""
        if after is None or after > self.number or after < self._lost:
            return None
        return [(number, message) for _, number, message in self._log if number > after]


class Follower:
    """What waits for one follower; bounded."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: OrderedDict[str, Numbered] = OrderedDict()
        self._wake = asyncio.Event()

    def begin(self, first: Iterable[Numbered]) -> None:
        """What it gets before anything else."""
        for numbered in first:
            self._queue(numbered)
        self._wake.set()

    def put(self, numbered: Numbered) -> None:
        """A newer message of the same thing takes the place of the one that waits."""
        self._queue(numbered)
        if len(self._waiting) > MOST_WAITING + CAPTIONS:
            self._resync()
        self._wake.set()

    def _queue(self, numbered: Numbered) -> None:
        slot = _slot(numbered)
        self._waiting.pop(slot, None)
        self._waiting[slot] = numbered

    def _resync(self) -> None:
        self._channel.resyncs += 1
        if self._channel.resyncs == 1:
            log.warning("a follower of a live meeting lags behind; it is told anew")
        self._waiting.clear()
        behind: Numbered = (0, {"type": "behind"})
        self.begin([behind, *self._channel.everything()])

    async def items(self) -> AsyncIterator[Numbered]:
        """Numbered messages, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                _, numbered = self._waiting.popitem(last=False)
                yield numbered


def _slot(numbered: Numbered) -> str:
    number, message = numbered
    kind = str(message.get("type"))
    if kind == "caption":
        return f"caption {message.get('id')}"
    return kind if kind in PASSING else f"{kind} {number}"


def _revision(message: Message) -> int:
    revision = message.get("revision")
    return revision if isinstance(revision, int) else 0
