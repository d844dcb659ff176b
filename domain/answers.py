"""Answers that are kept, so that a request which is sent again gets the same one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a request with an idempotency key."""

    fingerprint: str
    """Of the request."""
    status: int = 0
    """0 while it is being answered."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class AnswerStore(Protocol):
    """Answers by who asked and their idempotency keys, kept for a day."""

    async def begin(
        self, owner: str, key: str, fingerprint: str, at: datetime
    ) -> KeptAnswer | None:
        """Takes the key; None where it was free, else what stands under it."""
        ...

    async def finish(self, owner: str, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer."""
        ...

    async def drop(self, owner: str, key: str) -> None:
        """Frees the key: nothing was done."""
        ...
