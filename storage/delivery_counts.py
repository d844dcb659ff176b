"""How many messages of webhooks wait, were sent, and were given up."""

from collections.abc import Mapping

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.webhooks import DeliveryState
from storage.database import Database
from storage.webhook_tables import DeliveryRow


async def count_deliveries(database: Database) -> Mapping[str, int]:
    """By state; and `retrying`: those among the waiting that were tried in vain."""

    def work(session: Session) -> dict[str, int]:
        state = col(DeliveryRow.state)
        counts = dict(session.exec(select(state, func.count()).group_by(state)).all())
        tried = select(func.count()).where(
            state == DeliveryState.WAITING.value, col(DeliveryRow.tries) > 0
        )
        found = {each.value: counts.get(each.value, 0) for each in DeliveryState}
        return {**found, "retrying": session.exec(tried).one()}

    return await database.read(work)
