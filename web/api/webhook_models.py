"""Webhooks and their messages, as the API tells of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from domain.webhooks import Delivery, DeliveryState, Webhook, WebhookEvent
from web.api.models import Given, Line, Listing, Page, Told


def _choosable(events: tuple[WebhookEvent, ...]) -> tuple[WebhookEvent, ...]:
    if WebhookEvent.PING in events:
        raise ValueError("ping is sent when it is asked for, and cannot be chosen")
    return events


Address = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        pattern=r"^https?://[^\x00-\x20\x7f]+$",
        description="Where messages are sent, with POST.",
        examples=["https://hooks.example.org/dragoman"],
    ),
]
Event = Annotated[WebhookEvent, Field(strict=False)]
Events = Annotated[
    tuple[Event, ...],
    Field(min_length=1, max_length=10, description="What it is told of."),
    AfterValidator(_choosable),
]


class AddWebhook(Given):
    """Adds a webhook."""

    url: Address
    events: Events
    description: Line = ""


class ChangeWebhook(Given):
    """Changes a webhook; what is left out stays."""

    url: Address | None = None
    events: Events | None = None
    description: Line | None = None
    active: bool | None = Field(None, description="true also clears the notice.")


class WebhookTold(Told):
    """A webhook."""

    id: str
    url: str
    events: tuple[WebhookEvent, ...]
    description: str
    by: str = Field(description="Who added it.")
    active: bool
    failing_since: datetime | None
    notice: str = Field(description="Why Dragoman switched it off.")
    created_at: datetime

    @classmethod
    def of(cls, hook: Webhook) -> "WebhookTold":
        return cls.model_validate(fields(hook))


class WebhookMade(WebhookTold):
    """A new webhook, with the secret that its messages are signed with: told here only."""

    secret: str


class Webhooks(Told):
    """All webhooks, oldest first."""

    webhooks: tuple[WebhookTold, ...]


class DeliveriesQuery(Listing):
    """Which messages."""

    state: DeliveryState | None = None


class DeliveryTold(Told):
    """One message to one webhook."""

    id: str
    event_id: str = Field(description="The same for every try: receivers drop what they know.")
    event: WebhookEvent
    meeting_id: str
    state: DeliveryState
    tries: int
    next_at: datetime | None
    status: int = Field(description="Of the last answer; 0 where there was none.")
    error: str
    created_at: datetime
    delivered_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryTold":
        return cls(
            id=delivery.id,
            event_id=delivery.event_id,
            event=delivery.event,
            meeting_id=delivery.meeting_id,
            state=delivery.state,
            tries=delivery.tries,
            next_at=delivery.next_at,
            status=delivery.status,
            error=delivery.error,
            created_at=delivery.created_at,
            delivered_at=delivery.delivered_at,
        )


class DeliveriesPage(Page):
    """A page of messages, newest first."""

    deliveries: tuple[DeliveryTold, ...]


class WebhookMessage(Told):
    """What a webhook receives. The header Dragoman-Signature is t=SECONDS,v1=HEX: the
    HMAC-SHA256, with the webhook's secret, of the seconds, a dot and the body as it came."""

    id: str = Field(description="The event's; it may come more than once.")
    event: WebhookEvent
    created_at: datetime
    meeting_id: str
    data: dict[str, Any] = Field(description="See the page on the API.")


def fields(hook: Webhook) -> dict[str, object]:
    """What both forms of a webhook share."""
    return {
        "id": hook.id,
        "url": hook.url,
        "events": tuple(sorted(hook.events)),
        "description": hook.description,
        "by": hook.by,
        "active": hook.active,
        "failing_since": hook.failing_since,
        "notice": hook.notice,
        "created_at": hook.created_at,
    }
