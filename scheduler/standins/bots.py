"""Bots that go where they are told to and do nothing there, for tests and demonstrations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from domain.errors import UsageError
from domain.links import parse_link
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange
from domain.serving import Invitation, Placed


class ScriptedBots:
    """The BotDesk port with the meetings in memory; whoever tests moves them on."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.invitations: list[Invitation] = []
        self.left: list[str] = []
        self.meetings: dict[str, Meeting] = {}
        self.trouble: list[Exception] = []
        """Raised by the next invitations, one each."""

    async def invite(self, invitation: Invitation) -> Placed:
        """One bot per link."""
        if self.trouble:
            raise self.trouble.pop(0)
        link = parse_link(invitation.link).short
        self.invitations.append(invitation)
        for meeting in self.meetings.values():
            if meeting.link == link and meeting.state not in ENDINGS:
                return Placed(meeting, known=True)
        number = f"m{len(self.meetings) + 1}"
        meeting = Meeting(
            number, link, link[-12:], "Bot", invitation.languages,
            MeetingState.REQUESTED, self._now(),
        )  # fmt: skip
        self.meetings[number] = meeting
        return Placed(meeting)

    async def leave(self, meeting_id: str) -> None:
        """It leaves at once."""
        self.left.append(meeting_id)
        self.end(meeting_id, Reason.LEFT)

    async def pause(self, meeting_id: str, paused: bool) -> None:
        """Nothing is heard anyway."""

    async def look(self, meeting_id: str, changes: Mapping[str, object]) -> None:
        """Nothing is seen anyway."""

    async def place(self, meeting_id: str) -> int:
        """Nobody waits."""
        return 0

    async def get(self, meeting_id: str) -> Meeting | None:
        """A meeting by its id."""
        return self.meetings.get(meeting_id)

    def step(self, meeting_id: str, state: MeetingState) -> None:
        """Moves a meeting on; its beginning is the admission."""
        meeting = self._meeting(meeting_id)
        inside = state is MeetingState.IN_MEETING and meeting.began_at is None
        began_at = self._now() if inside else meeting.began_at
        self.meetings[meeting_id] = replace(meeting, state=state, began_at=began_at)

    def end(self, meeting_id: str, reason: Reason) -> None:
        """Ends a meeting now."""
        meeting = self._meeting(meeting_id)
        state = MeetingState.ENDED if meeting.began_at else MeetingState.FAILED
        change = StateChange(state, reason, self._now())
        self.meetings[meeting_id] = replace(
            meeting, state=state, reason=reason, ended_at=self._now(), changes=(change,)
        )

    def _meeting(self, meeting_id: str) -> Meeting:
        try:
            return self.meetings[meeting_id]
        except KeyError:
            raise UsageError(f"There is no meeting {meeting_id}.") from None
