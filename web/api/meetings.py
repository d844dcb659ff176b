"""Meetings: which there are, sending bots, steering them."""

from dataclasses import replace

from domain.serving import Invitation, MeetingEntry, MeetingFilter
from web.api.call import Call, Plain, cursors_of
from web.api.meeting_models import (
    Invite,
    Look,
    MeetingFull,
    MeetingsPage,
    MeetingsQuery,
    MeetingTold,
    Step,
    facts,
)
from web.api.models import Nothing
from web.api.problems import Refuse


async def list_meetings(call: Call[MeetingsQuery, Nothing]) -> MeetingsPage:
    """Lists meetings, newest first."""
    query, cursors = call.query, cursors_of(call)
    page = await call.desks.meetings.page(
        MeetingFilter(
            text=query.text,
            states=frozenset(query.state),
            since=query.since,
            until=query.until,
            limit=query.limit,
            cursor=cursors.open(query.cursor),
        )
    )
    running = set(call.desks.feed.running())
    told = [MeetingTold.model_validate(facts(e, e.meeting.id in running)) for e in page.entries]
    return MeetingsPage(meetings=tuple(told), next_cursor=cursors.sign(page.cursor))


async def send_bot(call: Call[Nothing, Invite]) -> MeetingFull:
    """Sends the bot to a meeting.

    One bot a meeting: where one is there, or on its way, that meeting is answered with 200.
    Where all bots are busy the meeting waits; its place in the queue is told.
    """
    given = call.body
    invitation = Invitation(
        link=given.link,
        languages=given.languages,
        spoken=given.spoken,
        name=given.name,
        by=call.who.name,
        terms=given.terms,
        record=given.record,
    )
    placed = await call.desks.bots.invite(invitation)
    call.status = 200 if placed.known else 201
    call.headers["Location"] = f"/api/v1/meetings/{placed.meeting.id}"
    entry = await call.desks.meetings.entry(placed.meeting.id)
    return _full(call, replace(entry, meeting=placed.meeting, place=placed.place))


async def get_meeting(call: Plain) -> MeetingFull:
    """Tells of a meeting with every step that it took and why."""
    return _full(call, await call.meeting())


async def leave_meeting(call: Plain) -> None:
    """Makes the bot leave; one that waits is not sent."""
    await call.desks.bots.leave(await call.meeting_id())


async def pause_meeting(call: Plain) -> None:
    """Stops listening without leaving."""
    await call.desks.bots.pause(await call.meeting_id(), True)


async def resume_meeting(call: Plain) -> None:
    """Listens again."""
    await call.desks.bots.pause(await call.meeting_id(), False)


async def change_look(call: Call[Nothing, Look]) -> None:
    """Changes the bot's picture at once."""
    changes = call.body.model_dump(exclude_none=True)
    if not changes:
        raise Refuse(422, "Nothing is to be changed.", "Send one field at least.")
    await call.desks.bots.look(await call.meeting_id(), changes)


def _full(call: Call[Nothing, Nothing] | Call[Nothing, Invite], entry: MeetingEntry) -> MeetingFull:
    live = entry.meeting.id in call.desks.feed.running()
    steps = tuple(Step.of(change) for change in entry.meeting.changes)
    return MeetingFull.model_validate({**facts(entry, live), "states": steps})
