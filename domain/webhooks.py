"""Webhooks: addresses that are told what happens, and what became of each message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class WebhookEvent(StrEnum):
    """What somebody may be told of."""

    MEETING_STARTED = "meeting.started"
    """The bot was admitted."""
    MEETING_ENDED = "meeting.ended"
    MEETING_FAILED = "meeting.failed"
    TRANSCRIPT_READY = "transcript.ready"
    """The whole transcript, or its refined version, can be read."""
    NOTES_READY = "notes.ready"
    SEGMENT_FINAL = "segment.final"
    """What was said, some seconds after it was: several segments a message."""
    PING = "ping"
    """A test that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told what happens. Its secret is no part of this."""

    id: str
    url: str
    events: frozenset[WebhookEvent]
    created_at: datetime
    description: str = ""
    by: str = ""
    """The account that added it."""
    active: bool = True
    failing_since: datetime | None = None
    """The first of the failures since the last success."""
    notice: str = ""
    """Why Dragoman switched it off, for people."""


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """What is to be changed; what is None stays."""

    url: str | None = None
    events: frozenset[WebhookEvent] | None = None
    description: str | None = None
    active: bool | None = None


class DeliveryState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """It is not tried again by itself."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook."""

    id: str
    webhook_id: str
    event_id: str
    """The same for all webhooks that are told, and for every try."""
    event: WebhookEvent
    created_at: datetime
    meeting_id: str = ""
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    next_at: datetime | None = None
    status: int = 0
    """Of the last answer; 0 where there was none."""
    error: str = ""
    """Why the last try failed, for people."""
    delivered_at: datetime | None = None


class WebhookDesk(Protocol):
    """Looks after webhooks. Raises UsageError for what does not exist."""

    async def webhooks(self) -> Sequence[Webhook]:
        """All, oldest first."""
        ...

    async def webhook(self, webhook_id: str) -> Webhook:
        """One of them."""
        ...

    async def add(
        self, url: str, events: frozenset[WebhookEvent], description: str, by: str
    ) -> tuple[Webhook, str]:
        """A new one and its secret, which is told here only. Raises UsageError for an address
        that may not be called."""
        ...

    async def change(self, webhook_id: str, change: WebhookChange) -> Webhook:
        """Changes it; switching it on clears its notice."""
        ...

    async def remove(self, webhook_id: str) -> None:
        """Forgets it and its messages."""
        ...


class DeliveryDesk(Protocol):
    """The messages of webhooks. Raises UsageError for what does not exist."""

    async def ping(self, webhook_id: str) -> Delivery:
        """Sends a test message soon."""
        ...

    async def deliveries(
        self, webhook_id: str, state: DeliveryState | None, limit: int, cursor: str
    ) -> tuple[Sequence[Delivery], str]:
        """A page, newest first, and the cursor of the next one; empty at the end."""
        ...

    async def replay(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Sends a message again, soon, under the same event id."""
        ...
