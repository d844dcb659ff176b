"""Requests that go on: sockets and streams end when what let them in is revoked."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from web.auth.who import Via, Who

Still = Callable[[], Awaitable[bool]]
"""Whether the sign-in, token or link of a request is still good."""


@dataclass(frozen=True, slots=True)
class _Hold:
    who: Who
    still: Still
    since_s: float = field(default_factory=time.monotonic)


class Holds:
    """Every request that is being answered, with who asked."""

    def __init__(self) -> None:
        self._held: dict[asyncio.Task[object], _Hold] = {}

    @contextmanager
    def hold(self, who: Who, still: Still) -> Iterator[None]:
        """Around a handler; it is cancelled when its right ends."""
        task = asyncio.current_task()
        assert task is not None, "a handler runs in a task"
        self._held[task] = _Hold(who, still)
        try:
            yield
        finally:
            self._held.pop(task, None)

    def __len__(self) -> int:
        return len(self._held)

    def end(self, *, account_id: str = "", key_id: str = "", meeting_id: str = "") -> int:
        """Ends what an account, a sign-in or token, or the links of a meeting hold open, but
        for the request that asks for it; how many."""

        def meant(found: Who) -> bool:
            return (
                (bool(account_id) and found.account_id == account_id)
                or (bool(key_id) and found.key_id == key_id)
                or (bool(meeting_id) and found.meeting_id == meeting_id)
            )

        return self._cancel([task for task, hold in self._held.items() if meant(hold.who)])

    def sign_ins_of(self, account_id: str) -> set[str]:
        """Which of an account's sign-ins hold something open."""
        found = (hold.who for hold in self._held.values())
        return {w.key_id for w in found if w.via is Via.SESSION and w.account_id == account_id}

    async def sweep(self, older_s: float) -> int:
        """Ends what was held so long and has no right any more: expired, or revoked by
        another process."""
        before_s = time.monotonic() - older_s
        verdicts: dict[Who, bool] = {}
        over = []
        for task, hold in list(self._held.items()):
            if hold.since_s > before_s:
                continue
            if hold.who not in verdicts:
                verdicts[hold.who] = await hold.still()
            if not verdicts[hold.who]:
                over.append(task)
        return self._cancel(over)

    def _cancel(self, tasks: list[asyncio.Task[object]]) -> int:
        others = [task for task in tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        return len(others)
