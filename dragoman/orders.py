"""Orders to bots by a server."""

import asyncio

from domain.errors import DragomanError, UsageError
from domain.meetings import ENDINGS, MeetingState
from dragoman.client import Dragoman, Json

OPEN = [state.value for state in MeetingState if state not in ENDINGS]
"""States of a meeting that has not ended."""
LOOK_S = 0.5
"""Between two looks at a meeting."""


async def under_way(client: Dragoman) -> list[Json]:
    """The meetings without an end, newest first."""
    return [meeting async for meeting in client.meetings(state=OPEN, limit=100)]


async def meant(client: Dragoman, meeting_id: str | None) -> Json:
    """The meeting that is named, or the only one that runs. Raises UsageError."""
    if meeting_id is not None:
        return await client.meeting(meeting_id)
    meetings = await under_way(client)
    if len(meetings) > 1:
        meetings = [each for each in meetings if each["live"]] or meetings
    if not meetings:
        raise UsageError("No meeting is running.", "See: dragoman meetings")
    if len(meetings) > 1:
        ids = ", ".join(each["id"][:8] for each in meetings)
        raise UsageError(f"Several meetings are running: {ids}.", "Name one of them.")
    return meetings[0]


async def leave(client: Dragoman, meeting_id: str | None, within_s: float) -> Json:
    """The meeting after its end. Raises UsageError, DragomanError."""
    meeting = await meant(client, meeting_id)
    await client.leave(meeting["id"])
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    while not over(meeting):
        if loop.time() >= until:
            raise DragomanError(
                f"The bot of meeting {meeting['id'][:8]} was asked and has not left within "
                f"{within_s:.0f} s.",
                "Look again with: dragoman status",
            )
        await asyncio.sleep(LOOK_S)
        meeting = await client.meeting(meeting["id"])
    return meeting


async def pause(client: Dragoman, meeting_id: str | None, paused: bool) -> str:
    """The id of the meeting whose bot pauses, or listens again."""
    meeting = await meant(client, meeting_id)
    await client.pause(meeting["id"], paused)
    return str(meeting["id"])


def over(meeting: Json) -> bool:
    """Whether it has ended."""
    return meeting["state"] not in OPEN
