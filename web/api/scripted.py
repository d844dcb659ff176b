"""The desks of the API that remember and obey: with `web.scripted` the whole API, without
anything behind. For tests, and to try clients out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.answers import KeptAnswer
from domain.errors import UsageError
from domain.webhooks import (
    Delivery,
    DeliveryState,
    Webhook,
    WebhookChange,
    WebhookEvent,
)
from web.api.desks import Desks, ViewerLink
from web.scripted import (
    Office,
    ScriptedBots,
    ScriptedCalendars,
    ScriptedMeetings,
    ScriptedNotes,
    ScriptedTranscripts,
)
from web.scripted_evidence import ScriptedEvidence
from web.scripted_live import ScriptedLive
from web.scripted_sound import ScriptedSound

NOW = datetime(2026, 3, 4, 9, 42, tzinfo=UTC)


class ScriptedWebhooks:
    """The WebhookDesk and DeliveryDesk ports; nothing is sent."""

    def __init__(self) -> None:
        self._hooks: dict[str, Webhook] = {}
        self._sent: list[Delivery] = []

    async def webhooks(self) -> Sequence[Webhook]:
        return list(self._hooks.values())

    async def webhook(self, webhook_id: str) -> Webhook:
        if webhook_id not in self._hooks:
            raise UsageError("There is no such webhook.", "Look at the list of them.")
        return self._hooks[webhook_id]

    async def add(
        self, url: str, events: frozenset[WebhookEvent], description: str, by: str
    ) -> tuple[Webhook, str]:
        if "localhost" in url:
            raise UsageError("localhost is on this machine's own network.", "Allow it first.")
        number = len(self._hooks) + 1
        hook = Webhook(f"hook-{number}", url, events, NOW, description, by)
        self._hooks[hook.id] = hook
        return hook, f"whsec_{number}"

    async def change(self, webhook_id: str, change: WebhookChange) -> Webhook:
        hook = await self.webhook(webhook_id)
        self._hooks[webhook_id] = replace(
            hook,
            url=hook.url if change.url is None else change.url,
            events=hook.events if change.events is None else change.events,
            description=hook.description if change.description is None else change.description,
            active=hook.active if change.active is None else change.active,
        )
        return self._hooks[webhook_id]

    async def remove(self, webhook_id: str) -> None:
        await self.webhook(webhook_id)
        del self._hooks[webhook_id]

    async def ping(self, webhook_id: str) -> Delivery:
        await self.webhook(webhook_id)
        number = len(self._sent) + 1
        sent = Delivery(f"d{number}", webhook_id, f"e{number}", WebhookEvent.PING, NOW)
        self._sent.insert(0, sent)
        return sent

    async def deliveries(
        self, webhook_id: str, state: DeliveryState | None, limit: int, cursor: str
    ) -> tuple[Sequence[Delivery], str]:
        await self.webhook(webhook_id)
        found = [d for d in self._sent if d.webhook_id == webhook_id]
        found = [d for d in found if state in (None, d.state)]
        first = int(cursor or 0)
        last = first + limit
        return found[first:last], str(last) if last < len(found) else ""

    async def replay(self, webhook_id: str, delivery_id: str) -> Delivery:
        for each in self._sent:
            if (each.webhook_id, each.id) == (webhook_id, delivery_id):
                return each
        raise UsageError("There is no such message.", "Look at the list of them.")


class MemoryAnswers:
    """The AnswerStore port."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], KeptAnswer] = {}

    async def begin(
        self, owner: str, key: str, fingerprint: str, at: datetime
    ) -> KeptAnswer | None:
        kept = self._kept.get((owner, key))
        if kept is None:
            self._kept[(owner, key)] = KeptAnswer(fingerprint)
        return kept

    async def finish(self, owner: str, key: str, answer: KeptAnswer) -> None:
        self._kept[(owner, key)] = answer

    async def drop(self, owner: str, key: str) -> None:
        self._kept.pop((owner, key), None)


class ScriptedLinks:
    """The ViewerLinkDesk port."""

    def __init__(self) -> None:
        self.revoked: list[str] = []

    async def make(self, meeting_id: str, expires_at: datetime | None, site: str) -> ViewerLink:
        return ViewerLink(f"{site}/v/for-{meeting_id}", expires_at or NOW + timedelta(days=7))

    async def revoke(self, meeting_id: str) -> None:
        self.revoked.append(meeting_id)


def scripted_desks(office: Office | None = None, live: ScriptedLive | None = None) -> Desks:
    """Every desk of the API, on one office."""
    office = office or Office()
    webhooks = ScriptedWebhooks()
    return Desks(
        bots=ScriptedBots(office),
        meetings=ScriptedMeetings(office),
        feed=live or ScriptedLive(),
        sound=ScriptedSound(office),
        evidence=ScriptedEvidence(office),
        transcripts=ScriptedTranscripts(office),
        notes=ScriptedNotes(office),
        calendars=ScriptedCalendars(office),
        links=ScriptedLinks(),
        webhooks=webhooks,
        deliveries=webhooks,
        answers=MemoryAnswers(),
        key=b"k" * 32,
        now=lambda: NOW,
    )
