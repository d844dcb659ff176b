"""Webhooks of an installation, put together: what is announced is sent while this is open."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dragoman.serve.access import Access
from dragoman.serve.courier import Courier
from dragoman.serve.webhooks import Webhooks
from storage.answers import SqlAnswerStore
from storage.database import Database
from storage.deliveries import webhook_stores


@asynccontextmanager
async def open_webhooks(
    database: Database, access: Access, notice: Callable[[str], None] = lambda _text: None
) -> AsyncIterator[Webhooks]:
    """The webhooks and their courier; `notice` gets a sentence where one is switched off."""
    stores = webhook_stores(database)
    async with Courier(stores, access.vault, access.policy, notice=notice) as courier:
        yield Webhooks(stores, access.vault, access.policy, stored=courier.wake)


def open_answers(database: Database, access: Access) -> SqlAnswerStore:
    """Answers under idempotency keys, sealed with the installation's key."""
    return SqlAnswerStore(database, access.vault.seal, access.vault.open)
