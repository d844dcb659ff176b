"""Webhooks: looks after them, and stores what they are to be told. `courier` sends it."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import NAMESPACE_URL, uuid4, uuid5

from domain.errors import UsageError
from domain.transcripts import LIVE
from domain.webhooks import (
    Delivery,
    DeliveryState,
    Webhook,
    WebhookChange,
    WebhookEvent,
)
from dragoman.serve.fetch import AddressPolicy
from storage.deliveries import WebhookStores

MOST = 50
"""Webhooks of an installation."""

_NAMES = uuid5(NAMESPACE_URL, "dragoman/webhook-events")


class Sealer(Protocol):
    """Seals secrets before they are stored."""

    def seal(self, text: str) -> str:
        """What may be stored."""
        ...

    def open(self, sealed: str) -> str:
        """What was sealed. Raises DragomanError."""
        ...


class Webhooks:
    """The WebhookDesk and DeliveryDesk ports on the database; tells the webhooks what happens.

    `stored` is called when a message is to be sent: the courier's `wake`.
    """

    def __init__(
        self,
        stores: WebhookStores,
        vault: Sealer,
        policy: AddressPolicy,
        *,
        stored: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._hooks = stores.hooks
        self._messages = stores.messages
        self._vault = vault
        self._policy = policy
        self._stored = stored
        self._now = now

    async def webhooks(self) -> Sequence[Webhook]:
        """All, oldest first."""
        return await self._hooks.webhooks()

    async def webhook(self, webhook_id: str) -> Webhook:
        """One of them."""
        return await self._hooks.webhook(webhook_id)

    async def add(
        self, url: str, events: frozenset[WebhookEvent], description: str, by: str
    ) -> tuple[Webhook, str]:
        """A new one and its secret."""
        self._check(url)
        if len(await self._hooks.webhooks()) >= MOST:
            raise UsageError(f"There are {MOST} webhooks already.", "Remove one first.")
        hook = Webhook(uuid4().hex, url, events, self._now(), description, by)
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        await self._hooks.add(hook, self._vault.seal(secret))
        return hook, secret

    async def change(self, webhook_id: str, change: WebhookChange) -> Webhook:
        """Changes it; switching it on clears its notice."""
        if change.url is not None:
            self._check(change.url)
        return await self._hooks.change(webhook_id, change)

    async def remove(self, webhook_id: str) -> None:
        """Forgets it and its messages."""
        await self._hooks.remove(webhook_id)

    async def ping(self, webhook_id: str) -> Delivery:
        """Sends a test message soon."""
        hook = await self._hooks.webhook(webhook_id)
        event_id, now = f"evt_{uuid4().hex}", self._now()
        message = _message(hook, event_id, WebhookEvent.PING, "", now)
        await self._messages.add([message], _body(message, {}))
        self._stored()
        return message

    async def deliveries(
        self, webhook_id: str, state: DeliveryState | None, limit: int, cursor: str
    ) -> tuple[Sequence[Delivery], str]:
        """A page, newest first."""
        hook = await self._hooks.webhook(webhook_id)
        return await self._messages.page(hook.id, state, limit, cursor)

    async def replay(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Sends a message again, soon."""
        again = await self._messages.again(webhook_id, delivery_id, self._now())
        self._stored()
        return again

    async def wanted(self, event: WebhookEvent) -> bool:
        """Whether anybody is told of such events."""
        hooks = await self._hooks.webhooks()
        return any(hook.active and event in hook.events for hook in hooks)

    async def announce(
        self,
        event: WebhookEvent,
        meeting_id: str,
        data: Mapping[str, object],
        key: str = "",
        at: datetime | None = None,
    ) -> int:
        """Stores a message for each webhook that is told of such events."""
        event_id, now = _event_id(event, meeting_id, key), self._now()
        told = [
            _message(hook, event_id, event, meeting_id, now)
            for hook in await self._hooks.webhooks()
            if hook.active and event in hook.events and (at is None or hook.created_at <= at)
        ]
        if not told:
            return 0
        added = await self._messages.add(told, _body(told[0], data))
        if added:
            self._stored()
        return added

    async def tell(self, name: str, meeting_id: str) -> None:
        """Tells the webhook of that description, or id, that a transcript is ready, whatever
        else it is told of; once. Raises UsageError where there is none."""
        hooks = [hook for hook in await self._hooks.webhooks() if hook.active]
        wanted = name.casefold()
        found = [h for h in hooks if wanted in (h.id, h.description.casefold())]
        if not found:
            raise UsageError(f"There is no webhook {name!r}.", "Look at the list of them.")
        event, now = WebhookEvent.TRANSCRIPT_READY, self._now()
        event_id = _event_id(event, meeting_id, LIVE)
        told = [_message(hook, event_id, event, meeting_id, now) for hook in found]
        await self._messages.add(told, _body(told[0], transcript_data(meeting_id, LIVE)))
        self._stored()

    def _check(self, url: str) -> None:
        address = self._policy.check(url)
        if address.user or address.password:
            raise UsageError(
                "The address holds a password.", "Check the signature of the messages instead."
            )


def transcript_data(meeting_id: str, version: str) -> dict[str, object]:
    """What `transcript.ready` tells."""
    path = f"/api/v1/meetings/{meeting_id}/transcript?version={version}"
    return {"version": version, "path": path}


def _event_id(event: WebhookEvent, meeting_id: str, key: str) -> str:
    return f"evt_{uuid5(_NAMES, f'{event.value}/{meeting_id}/{key}').hex}"


def _message(
    hook: Webhook, event_id: str, event: WebhookEvent, meeting_id: str, now: datetime
) -> Delivery:
    return Delivery(uuid4().hex, hook.id, event_id, event, now, meeting_id, next_at=now)


def _body(message: Delivery, data: Mapping[str, object]) -> str:
    return json.dumps(
        {
            "id": message.event_id,
            "event": message.event.value,
            "created_at": message.created_at.isoformat(),
            "meeting_id": message.meeting_id,
            "data": data,
        },
        ensure_ascii=False,
    )
