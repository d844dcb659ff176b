"""A meeting's steps through its states: published, stored in order, never taken twice."""

import logging
from datetime import UTC, datetime

from domain.errors import StorageError
from domain.meetings import MeetingState, Reason, StateChange, may_follow
from domain.ports import MeetingStore
from dragoman.hub import Hub

log = logging.getLogger(__name__)


class Steps:
    """Takes the steps of one meeting.

    While the database refuses, the meeting goes on: steps wait and are stored in order with
    the next one.
    """

    def __init__(self, meeting_id: str, state: MeetingState, store: MeetingStore, hub: Hub) -> None:
        self._meeting_id = meeting_id
        self._store = store
        self._hub = hub
        self._waiting: list[StateChange] = []
        self.state = state

    async def take(self, state: MeetingState, reason: Reason, evidence: str = "") -> None:
        """Stores a step and tells everybody who watches; a step into the same state is none."""
        if state is self.state:
            return
        if not may_follow(self.state, state):
            log.error("no step leads from %s to %s", self.state, state)
            return
        change = StateChange(state, reason, datetime.now(UTC), evidence)
        self.state = state
        self._waiting.append(change)
        await self._settle()
        self._hub.publish(change)

    async def begin(self, at: datetime) -> None:
        """Stores the wall-clock time of the meeting's second 0."""
        try:
            await self._store.update(self._meeting_id, began_at=at)
        except StorageError as error:
            log.warning("the beginning could not be stored: %s", type(error).__name__)

    async def _settle(self) -> None:
        while self._waiting:
            try:
                await self._store.change(self._meeting_id, self._waiting[0])
            except StorageError as error:
                log.warning("a step could not be stored: %s", type(error).__name__)
                if error.retry:
                    return
            self._waiting.pop(0)
