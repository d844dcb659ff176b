"""Meetings as the API tells of them, and what may be asked of their bots."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.meetings import MeetingState, Reason, StateChange
from domain.serving import MeetingEntry
from web.api.models import Asked, Given, Language, Line, Listing, Page, Told, When


class MeetingsQuery(Listing):
    """Which meetings."""

    text: Line = Field("", description="In the title, the code or the names of who spoke.")
    state: tuple[MeetingState, ...] = Field((), description="Any of these.")
    since: When | None = Field(None, description="Asked for at this time or later.")
    until: When | None = Field(None, description="Asked for before this time.")


class Invite(Given):
    """Sends the bot to a meeting."""

    link: str = Field(
        min_length=1,
        max_length=2000,
        description="A Meet link, a code, or an invitation that holds one.",
        examples=["https://meet.google.com/abc-defg-hij"],
    )
    languages: tuple[Language, ...] = Field(
        (), max_length=20, description="Target languages; none: the installation's."
    )
    spoken: tuple[Language, ...] = Field(
        (), max_length=20, description="What is spoken; none: the installation's."
    )
    name: Line = Field("", max_length=60, description="The bot's name; empty: the installation's.")
    terms: tuple[Line, ...] = Field(
        (), max_length=100, description="Names and terms that may be spoken."
    )
    record: bool | None = Field(
        None, description="Keep the sound; null: as the installation does. People are told."
    )


class Look(Given):
    """Changes the bot's picture; what is left out stays."""

    layout: Line | None = Field(None, max_length=40, description="Such as split.")
    theme: Literal["dark", "light", "high-contrast"] | None = None
    large: bool | None = Field(None, description="Large type.")
    show_original: bool | None = None
    languages: tuple[Language, ...] | None = Field(
        None, min_length=1, max_length=4, description="To translate into, from now on."
    )


class Step(Told):
    """A step of a meeting through its states."""

    state: MeetingState
    reason: Reason
    at: datetime
    evidence: str = Field(description="What proved it, for people.")

    @classmethod
    def of(cls, change: StateChange) -> "Step":
        return cls(state=change.state, reason=change.reason, at=change.at, evidence=change.evidence)


class MeetingTold(Told):
    """A meeting in a list."""

    id: str
    title: str
    link: str
    code: str
    name: str = Field(description="The bot's.")
    languages: tuple[str, ...] = Field(description="Target languages.")
    state: MeetingState
    reason: Reason
    live: bool = Field(description="Its bot answers: events can be followed.")
    place: int = Field(description="In the queue; 0 for a meeting that does not wait.")
    speakers: tuple[str, ...]
    created_at: datetime
    began_at: datetime | None = Field(description="The admission: second 0 of all times.")
    ended_at: datetime | None


class MeetingFull(MeetingTold):
    """A meeting with all its steps."""

    states: tuple[Step, ...]


class MeetingsPage(Page):
    """A page of meetings, newest first."""

    meetings: tuple[MeetingTold, ...]


class EventsQuery(Asked):
    """Where to begin, and what to tell."""

    after: int | None = Field(
        None,
        ge=0,
        description="Number of the last event that was seen; the header Last-Event-ID wins.",
    )
    type: tuple[Line, ...] = Field(
        (), description="Only events of these types, such as caption and state."
    )


def facts(entry: MeetingEntry, live: bool) -> dict[str, object]:
    """The fields that both forms of a meeting share."""
    meeting = entry.meeting
    return {
        "id": meeting.id,
        "title": entry.title,
        "link": meeting.link,
        "code": meeting.code,
        "name": meeting.name,
        "languages": meeting.languages,
        "state": meeting.state,
        "reason": meeting.reason,
        "live": live,
        "place": entry.place,
        "speakers": entry.speakers,
        "created_at": meeting.created_at,
        "began_at": meeting.began_at,
        "ended_at": meeting.ended_at,
    }
