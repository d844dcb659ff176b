"""A meeting's steps through its states: stored, published, never taken twice."""

from datetime import UTC, datetime

from domain.meetings import MeetingState, Reason, StateChange
from domain.ports import MeetingStore
from dragoman.hub import Hub


class Steps:
    """Takes the steps of one meeting."""

    def __init__(self, meeting_id: str, state: MeetingState, store: MeetingStore, hub: Hub) -> None:
        self._meeting_id = meeting_id
        self._store = store
        self._hub = hub
        self.state = state

    async def take(self, state: MeetingState, reason: Reason, evidence: str = "") -> None:
        """Stores a step and tells everybody who watches; a step into the same state is none."""
        if state is self.state:
            return
        change = StateChange(state, reason, datetime.now(UTC), evidence)
        await self._store.change(self._meeting_id, change)
        self.state = state
        self._hub.publish(change)
