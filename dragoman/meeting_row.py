"""The row of a meeting that begins now."""

import uuid
from datetime import UTC, datetime

from domain.meetings import Meeting, MeetingState
from dragoman.settings import Settings


def new_meeting(link: str, code: str, settings: Settings) -> Meeting:
    """A meeting, or a recording that is heard as one, as it is asked for now."""
    return Meeting(
        id=uuid.uuid4().hex,
        link=link,
        code=code,
        name=settings.bot.name,
        languages=settings.translation.targets,
        state=MeetingState.REQUESTED,
        created_at=datetime.now(UTC),
    )
