"""Webhooks and their messages in the database."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from domain.errors import UsageError
from domain.webhooks import Delivery, DeliveryState, Webhook, WebhookChange, WebhookEvent
from storage.database import Database
from storage.webhook_tables import DeliveryRow, WebhookRow

_WAITING = DeliveryState.WAITING.value
_FAILED = DeliveryState.FAILED.value


class SqlWebhookStore:
    """Webhooks. Secrets arrive sealed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def webhooks(self) -> Sequence[Webhook]:
        """All, oldest first."""

        def work(session: Session) -> list[Webhook]:
            order = (col(WebhookRow.created_at), col(WebhookRow.id))
            return [webhook_of(row) for row in session.exec(select(WebhookRow).order_by(*order))]

        return await self._database.read(work)

    async def webhook(self, webhook_id: str) -> Webhook:
        """One of them. Raises UsageError."""
        return await self._database.read(lambda session: webhook_of(_row(session, webhook_id)))

    async def add(self, hook: Webhook, secret: str) -> None:
        """Stores a new one."""

        def work(session: Session) -> None:
            session.add(
                WebhookRow(
                    id=hook.id,
                    url=hook.url,
                    events=sorted(event.value for event in hook.events),
                    description=hook.description,
                    by=hook.by,
                    secret=secret,
                    active=hook.active,
                    created_at=hook.created_at,
                )
            )

        await self._database.write(work)

    async def change(self, webhook_id: str, change: WebhookChange) -> Webhook:
        """Changes it; switching it on clears its notice. Raises UsageError."""

        def work(session: Session) -> Webhook:
            row = _row(session, webhook_id)
            _apply(row, change)
            session.add(row)
            if change.active is False:
                _give_up(session, webhook_id, "The webhook was switched off.")
            return webhook_of(row)

        return await self._database.write(work)

    async def switch_off(self, webhook_id: str, notice: str) -> None:
        """For a reason that people are told; messages that wait are given up."""

        def work(session: Session) -> None:
            row = session.get(WebhookRow, webhook_id)
            if row is None:
                return
            row.active, row.notice = False, notice
            session.add(row)
            _give_up(session, webhook_id, notice)

        await self._database.write(work)

    async def remove(self, webhook_id: str) -> None:
        """Forgets it and its messages. Raises UsageError."""

        def work(session: Session) -> None:
            session.delete(_row(session, webhook_id))
            mine = col(DeliveryRow.webhook_id) == webhook_id
            session.exec(delete(DeliveryRow).where(mine))

        await self._database.write(work)


def webhook_of(row: WebhookRow) -> Webhook:
    """A row as the rest knows it."""
    return Webhook(
        id=row.id,
        url=row.url,
        events=frozenset(WebhookEvent(event) for event in row.events),
        created_at=row.created_at,
        description=row.description,
        by=row.by,
        active=row.active,
        failing_since=row.failing_since,
        notice=row.notice,
    )


def _apply(row: WebhookRow, change: WebhookChange) -> None:
    if change.url is not None:
        row.url = change.url
    if change.events is not None:
        row.events = sorted(event.value for event in change.events)
    if change.description is not None:
        row.description = change.description
    if change.active is not None:
        row.active = change.active
    if change.active:
        row.notice, row.failing_since = "", None


def _give_up(session: Session, webhook_id: str, error: str) -> None:
    waiting = select(DeliveryRow).where(
        col(DeliveryRow.webhook_id) == webhook_id, col(DeliveryRow.state) == _WAITING
    )
    for row in session.exec(waiting):
        row.state, row.next_at, row.error = _FAILED, None, row.error or error
        session.add(row)


def _row(session: Session, webhook_id: str) -> WebhookRow:
    row = session.get(WebhookRow, webhook_id)
    if row is None:
        raise UsageError("There is no such webhook.", "Look at the list of them.")
    return row


def delivery_of(row: DeliveryRow) -> Delivery:
    """A row as the rest knows it."""
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        event=WebhookEvent(row.event),
        created_at=row.created_at,
        meeting_id=row.meeting_id or "",
        state=DeliveryState(row.state),
        tries=row.tries,
        next_at=row.next_at,
        status=row.status,
        error=row.error,
        delivered_at=row.delivered_at,
    )
