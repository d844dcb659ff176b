"""Webhooks: who is told what happens, and what became of each message."""

from typing import Any

from domain.errors import UsageError
from domain.webhooks import Webhook, WebhookChange
from web.api.call import Call, Plain, cursors_of
from web.api.models import Nothing
from web.api.problems import Refuse, not_found
from web.api.webhook_models import (
    AddWebhook,
    ChangeWebhook,
    DeliveriesPage,
    DeliveriesQuery,
    DeliveryTold,
    WebhookMade,
    Webhooks,
    WebhookTold,
    fields,
)


async def list_webhooks(call: Plain) -> Webhooks:
    """Lists all webhooks, without their secrets."""
    hooks = await call.desks.webhooks.webhooks()
    return Webhooks(webhooks=tuple(WebhookTold.of(hook) for hook in hooks))


async def add_webhook(call: Call[Nothing, AddWebhook]) -> WebhookMade:
    """Adds a webhook; its secret is told in this answer only."""
    given = call.body
    hook, secret = await call.desks.webhooks.add(
        given.url, frozenset(given.events), given.description, call.who.name
    )
    call.headers["Location"] = f"/api/v1/webhooks/{hook.id}"
    return WebhookMade.model_validate({**fields(hook), "secret": secret})


async def get_webhook(call: Plain) -> WebhookTold:
    """Tells of a webhook."""
    return WebhookTold.of(await call.desks.webhooks.webhook(call.path("webhook_id")))


async def change_webhook(call: Call[Nothing, ChangeWebhook]) -> WebhookTold:
    """Changes a webhook, or switches it off and on."""
    given = call.body
    hook = (await _known(call)).id
    change = WebhookChange(
        url=given.url,
        events=None if given.events is None else frozenset(given.events),
        description=given.description,
        active=given.active,
    )
    try:
        return WebhookTold.of(await call.desks.webhooks.change(hook, change))
    except UsageError as error:
        raise Refuse(422, error.message, error.remedy) from error


async def remove_webhook(call: Plain) -> None:
    """Forgets a webhook and its messages."""
    await call.desks.webhooks.remove(call.path("webhook_id"))


async def ping_webhook(call: Plain) -> DeliveryTold:
    """Sends a test message; the list of messages tells what became of it."""
    return DeliveryTold.of(await call.desks.deliveries.ping(await _active(call)))


async def list_deliveries(call: Call[DeliveriesQuery, Nothing]) -> DeliveriesPage:
    """Lists the messages of a webhook, newest first."""
    query, cursors = call.query, cursors_of(call)
    found, cursor = await call.desks.deliveries.deliveries(
        call.path("webhook_id"), query.state, query.limit, cursors.open(query.cursor)
    )
    return DeliveriesPage(
        deliveries=tuple(DeliveryTold.of(each) for each in found),
        next_cursor=cursors.sign(cursor),
    )


async def replay_delivery(call: Plain) -> DeliveryTold:
    """Sends a message again, under the same event id."""
    hook = await _active(call)
    return DeliveryTold.of(await call.desks.deliveries.replay(hook, call.path("delivery_id")))


async def _known(call: Call[Any, Any]) -> Webhook:
    try:
        return await call.desks.webhooks.webhook(call.path("webhook_id"))
    except UsageError as error:
        raise not_found(error.message, error.remedy) from error


async def _active(call: Call[Any, Any]) -> str:
    hook = await _known(call)
    if not hook.active:
        raise Refuse(409, "This webhook is switched off.", "Switch it on: PATCH active: true.")
    return hook.id
