"""The messages of webhooks in the database: what waits, what was sent, what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.errors import UsageError
from domain.webhooks import Delivery, DeliveryState, WebhookEvent
from storage.database import Database
from storage.webhook_tables import DeliveryRow, WebhookRow
from storage.webhooks import SqlWebhookStore, delivery_of

_WAITING = DeliveryState.WAITING.value


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to be sent now."""

    delivery: Delivery
    url: str
    secret: str
    """Sealed."""
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try."""

    state: DeliveryState
    status: int
    error: str
    at: datetime
    next_at: datetime | None = None


class SqlDeliveryStore:
    """Messages, one row for each webhook that is told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, deliveries: Sequence[Delivery], body: str) -> int:
        """Stores messages; an event that a webhook is told of already is left out. How many
        are new."""

        def work(session: Session) -> int:
            added = 0
            for each in deliveries:
                known = select(DeliveryRow.id).where(
                    col(DeliveryRow.webhook_id) == each.webhook_id,
                    col(DeliveryRow.event_id) == each.event_id,
                )
                if session.exec(known).first() is None:
                    session.add(_row_of(each, body))
                    added += 1
            return added

        return await self._database.write(work)

    async def due(self, now: datetime, limit: int, without: Sequence[str]) -> Sequence[Due]:
        """What is to be sent now, the longest due first, one for each webhook that is active
        and not among those that are being called."""

        def work(session: Session) -> list[Due]:
            found = []
            for hook in session.exec(_callable(without)):
                mine = col(DeliveryRow.webhook_id) == hook.id
                order = (col(DeliveryRow.next_at), col(DeliveryRow.created_at))
                due = select(DeliveryRow).where(mine, _waits(), col(DeliveryRow.next_at) <= now)
                row = session.exec(due.order_by(*order).limit(1)).first()
                if row is not None:
                    found.append(Due(delivery_of(row), hook.url, hook.secret, row.body))
            return sorted(found, key=lambda each: each.delivery.next_at or now)[:limit]

        return await self._database.read(work)

    async def next_at(self, without: Sequence[str]) -> datetime | None:
        """When the next message is due, other than to those; None where none waits."""

        def work(session: Session) -> datetime | None:
            hooks = [hook.id for hook in session.exec(_callable(without))]
            mine = col(DeliveryRow.webhook_id).in_(hooks)
            first = select(DeliveryRow.next_at).where(mine, _waits())
            return session.exec(first.order_by(col(DeliveryRow.next_at)).limit(1)).first()

        return await self._database.read(work)

    async def tried(self, delivery: Delivery, outcome: Outcome) -> datetime:
        """Notes a try, with its webhook: a success ends its failing. Since when it fails."""

        def work(session: Session) -> datetime:
            row = session.get(DeliveryRow, delivery.id)
            if row is not None:
                row.tries += 1
                row.state, row.status = outcome.state.value, outcome.status
                row.error, row.next_at = outcome.error, outcome.next_at
                if outcome.state is DeliveryState.DELIVERED:
                    row.delivered_at = outcome.at
                session.add(row)
            hook = session.get(WebhookRow, delivery.webhook_id)
            if hook is None:
                return outcome.at
            if outcome.state is DeliveryState.DELIVERED:
                hook.failing_since = None
            else:
                hook.failing_since = hook.failing_since or outcome.at
            session.add(hook)
            return hook.failing_since or outcome.at

        return await self._database.write(work)

    async def page(
        self, webhook_id: str, state: DeliveryState | None, limit: int, cursor: str
    ) -> tuple[Sequence[Delivery], str]:
        """Newest first."""

        def work(session: Session) -> list[Delivery]:
            created, key = col(DeliveryRow.created_at), col(DeliveryRow.id)
            chosen = select(DeliveryRow).where(col(DeliveryRow.webhook_id) == webhook_id)
            if state is not None:
                chosen = chosen.where(col(DeliveryRow.state) == state.value)
            if cursor:
                at, _, last = cursor.partition(" ")
                when = datetime.fromisoformat(at)
                chosen = chosen.where(or_(created < when, and_(created == when, key < last)))
            chosen = chosen.order_by(created.desc(), key.desc()).limit(limit + 1)
            return [delivery_of(row) for row in session.exec(chosen)]

        found = await self._database.read(work)
        page = found[:limit]
        more = len(found) > limit
        return page, f"{page[-1].created_at.isoformat()} {page[-1].id}" if more else ""

    async def again(self, webhook_id: str, delivery_id: str, now: datetime) -> Delivery:
        """A message waits anew, with all its tries before it. Raises UsageError."""

        def work(session: Session) -> Delivery:
            row = session.get(DeliveryRow, delivery_id)
            if row is None or row.webhook_id != webhook_id:
                raise UsageError("There is no such message.", "Look at the list of them.")
            row.state, row.tries, row.next_at = _WAITING, 0, now
            session.add(row)
            return delivery_of(row)

        return await self._database.write(work)

    async def forget(self, before: datetime) -> int:
        """Deletes old messages that do not wait; how many."""

        def work(session: Session) -> int:
            old = col(DeliveryRow.created_at) < before
            over = col(DeliveryRow.state) != _WAITING
            return int(session.exec(delete(DeliveryRow).where(old, over)).rowcount)

        return await self._database.write(work)


@dataclass(frozen=True, slots=True)
class WebhookStores:
    """Webhooks and their messages."""

    hooks: SqlWebhookStore
    messages: SqlDeliveryStore


def webhook_stores(database: Database) -> WebhookStores:
    """Both, on one database."""
    return WebhookStores(SqlWebhookStore(database), SqlDeliveryStore(database))


def _callable(without: Sequence[str]) -> SelectOfScalar[WebhookRow]:
    hook = col(WebhookRow.id)
    return select(WebhookRow).where(col(WebhookRow.active).is_(True), hook.not_in(without))


def _waits() -> ColumnElement[bool]:
    return col(DeliveryRow.state) == _WAITING


def _row_of(delivery: Delivery, body: str) -> DeliveryRow:
    return DeliveryRow(
        id=delivery.id,
        webhook_id=delivery.webhook_id,
        event_id=delivery.event_id,
        event=WebhookEvent(delivery.event).value,
        meeting_id=delivery.meeting_id or None,
        body=body,
        state=delivery.state.value,
        next_at=delivery.next_at,
        created_at=delivery.created_at,
    )
