"""When sign-ins and tokens were used last, written in batches."""

import logging
from collections.abc import Callable
from datetime import datetime

from domain.account_ports import AccessStores
from domain.errors import StorageError

log = logging.getLogger(__name__)


class Uses:
    """Collects uses; `flush` writes them."""

    def __init__(self, stores: AccessStores, now: Callable[[], datetime]) -> None:
        self._stores = stores
        self._now = now
        self._tokens: dict[str, datetime] = {}
        self._sign_ins: dict[str, datetime] = {}

    def token(self, token_id: str) -> None:
        """A token was used."""
        self._tokens[token_id] = self._now()

    def sign_in(self, sign_in_id: str) -> None:
        """A sign-in was used."""
        self._sign_ins[sign_in_id] = self._now()

    def last_seen(self, sign_in_id: str) -> datetime | None:
        """A use that is not written yet."""
        return self._sign_ins.get(sign_in_id)

    async def flush(self) -> None:
        """Writes what was collected; what the database refuses is tried again next time."""
        tokens, self._tokens = self._tokens, {}
        sign_ins, self._sign_ins = self._sign_ins, {}
        try:
            if tokens:
                await self._stores.tokens.used(tokens)
            if sign_ins:
                await self._stores.sign_ins.seen(sign_ins, self._now())
        except StorageError as error:
            self._tokens = {**tokens, **self._tokens}
            self._sign_ins = {**sign_ins, **self._sign_ins}
            log.warning("the last uses could not be written: %s", error.message)
