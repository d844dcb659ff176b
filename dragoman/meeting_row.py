"""The row of a meeting that begins now."""

import os
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from domain.meetings import Meeting, MeetingState, Reason, StateChange
from dragoman.settings import Settings


def new_meeting(link: str, code: str, settings: Settings) -> Meeting:
    """A meeting, or a recording that is heard as one, as it is asked for now."""
    return Meeting(
        id=uuid.uuid4().hex,
        link=link,
        code=code,
        name=settings.bot.name,
        languages=_targets(settings),
        state=MeetingState.REQUESTED,
        created_at=datetime.now(UTC),
    )


def own_meeting(link: str, code: str, settings: Settings) -> Meeting:
    """One that this process attends itself: no server is to send a bot to it."""
    meeting = new_meeting(link, code, settings)
    step = StateChange(
        MeetingState.STARTING, Reason.LAUNCHED, meeting.created_at, f"process {os.getpid()} is up"
    )
    return replace(meeting, state=step.state, reason=step.reason, changes=(step,))


def _targets(settings: Settings) -> tuple[str, ...]:
    """What is translated into: what is asked for, and what the bot says aloud."""
    aloud = settings.voice.microphone_language
    targets = settings.translation.targets
    return targets if not aloud or aloud in targets else (*targets, aloud)
