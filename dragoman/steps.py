"""A meeting's steps through its states: published, stored in order, never taken twice."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from domain.errors import StorageError
from domain.meetings import MeetingState, Reason, StateChange, may_follow
from domain.ports import MeetingStore
from dragoman.hub import Hub

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""The meeting waits no longer for a database that is slow."""


class Steps:
    """Takes the steps of one meeting.

    While the database refuses, the meeting goes on: steps and its beginning wait and are stored
    in order with the next one. `before` are the steps that were taken earlier.
    """

    def __init__(
        self,
        meeting_id: str,
        state: MeetingState,
        store: MeetingStore,
        hub: Hub,
        before: Sequence[StateChange] = (),
    ) -> None:
        self._meeting_id = meeting_id
        self._store = store
        self._hub = hub
        self._waiting: list[StateChange] = []
        self._began_at: datetime | None = None
        self.state = state
        self.taken = list(before)
        """All steps so far, oldest first."""

    async def take(self, state: MeetingState, reason: Reason, evidence: str = "") -> None:
        """Stores a step and tells everybody who watches; a step into the same state is none,
        but for another try."""
        again = reason is Reason.RECOVERING or state is MeetingState.JOINING
        if state is self.state and not again:
            return
        if not may_follow(self.state, state):
            log.error("no step leads from %s to %s", self.state, state)
            return
        change = StateChange(state, reason, datetime.now(UTC), evidence)
        self.state = state
        self.taken.append(change)
        self._waiting.append(change)
        await self._settle()
        self._hub.publish(change)

    async def begin(self, at: datetime) -> None:
        """Stores the wall-clock time of the meeting's second 0."""
        self._began_at = at
        await self._settle()

    async def _settle(self) -> None:
        if self._began_at is not None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._store.update(self._meeting_id, began_at=self._began_at)
                self._began_at = None
            except (StorageError, TimeoutError) as error:
                log.warning("the beginning could not be stored: %s", type(error).__name__)
        while self._waiting:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._store.change(self._meeting_id, self._waiting[0])
            except (StorageError, TimeoutError) as error:
                log.warning("a step could not be stored: %s", type(error).__name__)
                if not isinstance(error, StorageError) or error.retry:
                    return
            self._waiting.pop(0)
