"""What the server's pages and API ask of the rest: bots, live meetings, transcripts, notes.

`web` knows these ports only; `dragoman.serve` puts the real things behind them. Ids may be
unique prefixes. Every method raises UsageError for what does not exist or cannot be done, with
a remedy, and StorageError where the database refuses.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.audio import Gap
from domain.calendars import Decision, PlannedMeeting, Rule
from domain.meetings import Meeting, MeetingState
from domain.people import Participant
from domain.transcripts import Segment


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody wants the bot in a meeting."""

    link: str
    """As pasted."""
    languages: tuple[str, ...] = ()
    """Target languages; empty: the installation's."""
    spoken: tuple[str, ...] = ()
    name: str = ""
    """The bot's display name; empty: the installation's."""
    by: str = ""
    """Who asks: an account's name, or a calendar."""
    event_key: str = ""
    title: str = ""
    """Of the event."""
    terms: tuple[str, ...] = ()
    """Names of the attendees, which may occur."""
    record: bool | None = None
    """Whether the sound is kept; None: as the installation does."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an invitation."""

    meeting: Meeting
    place: int = 0
    """0: its bot starts; 1 and up: its place in the queue."""
    known: bool = False
    """A bot was there, or on its way, already."""


class BotDesk(Protocol):
    """Sends bots and steers them."""

    async def invite(self, invitation: Invitation) -> Placed:
        """Stores a meeting and starts, or queues, its bot; one bot per meeting."""
        ...

    async def leave(self, meeting_id: str) -> None:
        """Makes the bot leave; one that is queued leaves the queue."""
        ...

    async def pause(self, meeting_id: str, paused: bool) -> None:
        """Stops or resumes listening without leaving."""
        ...

    async def look(self, meeting_id: str, changes: Mapping[str, object]) -> None:
        """Changes the bot's picture."""
        ...

    async def place(self, meeting_id: str) -> int:
        """The place in the queue; 0 for a meeting that does not wait."""
        ...


Message = Mapping[str, object]
"""One JSON message of the live protocol (`web/protocol.py`)."""


class LiveFeed(Protocol):
    """The meetings that run, as they happen."""

    def running(self) -> Sequence[str]:
        """Ids of the meetings whose bots answer."""
        ...

    def follow(
        self, meeting_id: str, after: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[tuple[int, Message]]]:
        """Numbered messages: after the number, as far as the replay of 30 minutes reaches, or
        what the meeting has come to; then what happens. A follower that lags loses the oldest
        and gets a message `behind`."""
        ...

    def pictures(self, meeting_id: str) -> AsyncIterator[bytes]:
        """The camera's pictures as JPEG files, the newest only."""
        ...

    def sound(self, meeting_id: str, language: str) -> AsyncIterator[bytes]:
        """Translations as speech: pieces of the sample rate as four bytes, little-endian, and
        PCM16 mono. Ends where the bot is not reached; raises UsageError for a language that is
        not spoken."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A meeting's transcript, to be read."""

    meeting: Meeting
    participants: Sequence[Participant]
    segments: Sequence[Segment]
    version: str
    versions: Sequence[str]
    """Which there are."""
    corrected: frozenset[str] = frozenset()
    """Segments that a person has changed."""
    title: str = ""
    """Of the event in the calendar; empty without one."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for; filters that are empty fit everything."""

    text: str
    speaker: str = ""
    language: str = ""
    meeting_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 20
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where it was said."""

    meeting: Meeting
    segment: Segment
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    """Where the words stand in the excerpt."""
    language: str
    """Of the text that was found: the original's or a translation's."""


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of results."""

    hits: Sequence[Hit]
    cursor: str = ""
    """For the next page; empty at the end."""
    total: int | None = None


class TranscriptDesk(Protocol):
    """What was said: to be read, corrected, found and taken away."""

    async def read(self, meeting_id: str, version: str = "") -> Reading:
        """The transcript; without a version the best there is."""
        ...

    async def correct(self, meeting_id: str, segment_id: str, text: str) -> Segment:
        """Replaces a segment's text; empty text takes a correction back."""
        ...

    async def reassign(self, meeting_id: str, segment_id: str, speaker: str) -> Segment:
        """Says who said a segment: a participant's id, or a name; empty takes that back."""
        ...

    async def rename(self, meeting_id: str, speaker: str, name: str) -> int:
        """Renames a speaker (a participant's id, or a name) everywhere in the meeting, merging
        with one who has that name already; the number of segments."""
        ...

    async def export(self, meeting_id: str, format: str, options: Mapping[str, str]) -> File:
        """The transcript as a file. Options: languages, mode, version."""
        ...

    async def search(self, query: Query) -> Hits:
        """Finds what was said."""
        ...


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """Some seconds of one track, kept in a file of its own."""

    track: str
    start_s: float
    end_s: float
    sha256: str
    segment_ids: Sequence[str] = ()
    """What was heard in it."""


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """The recorded sound of a meeting. As one file it is a WAV of all tracks mixed."""

    length_s: float
    bytes: int
    """Of the whole WAV file."""
    tag: str
    """Another one for other sound."""
    pieces: Sequence[SoundPiece]
    gaps: Sequence[Gap]
    complete: bool
    """False while it grows, and where its bot was killed."""


class SoundDesk(Protocol):
    """What was recorded."""

    async def soundtrack(self, meeting_id: str) -> Soundtrack | None:
        """What is kept; None where nothing is."""
        ...

    def read(self, meeting_id: str, first: int, last: int) -> AsyncIterator[bytes]:
        """The WAV file from one byte to another, the last one included."""
        ...


@dataclass(frozen=True, slots=True)
class Point:
    """A statement about a meeting with the places that show it."""

    text: str
    at_s: float
    segment_ids: tuple[str, ...]
    owner: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a meeting came to."""

    meeting_id: str
    language: str
    engine: str
    """What made them: a model's name, or extractive."""
    summary: tuple[Point, ...] = ()
    decisions: tuple[Point, ...] = ()
    actions: tuple[Point, ...] = ()
    made_at: datetime | None = None
    extractive: bool = field(default=False)
    """Sentences of the meeting itself; nothing was written by a model."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question about a meeting."""

    text: str
    """Empty where the meeting does not tell."""
    citations: tuple[Point, ...]
    engine: str


class NotesDesk(Protocol):
    """Summaries and answers."""

    async def notes(self, meeting_id: str, language: str = "") -> Notes | None:
        """The notes that were made, if they were."""
        ...

    async def make(self, meeting_id: str, language: str = "") -> Notes:
        """Makes them, now, and stores them."""
        ...

    async def ask(self, meeting_id: str, question: str, language: str = "") -> Answer:
        """Answers from the transcript alone."""
        ...

    async def catch_up(self, meeting_id: str, language: str, until_s: float) -> Notes:
        """What was missed so far, for somebody who comes late."""
        ...


class CalendarDesk(Protocol):
    """Calendars, rules and what is to come."""

    async def coming(self, start: datetime, end: datetime) -> Sequence[PlannedMeeting]:
        """Events in a window, in order, with what will be done about each."""
        ...

    async def decide(self, event_key: str, decision: Decision, by: str) -> PlannedMeeting:
        """What a person says of an event; kept over restarts and syncs."""
        ...

    async def calendars(self) -> Sequence[Mapping[str, object]]:
        """Each with id, kind, title, address, state, synced_at and error, without secrets."""
        ...

    async def add(self, kind: str, options: Mapping[str, str]) -> str:
        """Adds a calendar (google, ics, caldav) and syncs it once; its id."""
        ...

    async def remove(self, calendar_id: str) -> None:
        """Forgets a calendar and its events."""
        ...

    async def rules(self) -> Sequence[Rule]:
        """In order."""
        ...

    async def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces all rules; decisions follow at once."""
        ...


@dataclass(frozen=True, slots=True)
class MeetingFilter:
    """Which meetings; what is empty fits everything."""

    text: str = ""
    """In the title, the link's code or the names of who spoke."""
    states: frozenset[MeetingState] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 20
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class MeetingEntry:
    """A meeting in a list."""

    meeting: Meeting
    title: str = ""
    """From the calendar, or the meeting itself; empty where nothing tells."""
    speakers: tuple[str, ...] = ()
    place: int = 0
    """In the queue; 0 for one that does not wait."""


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A page of meetings, newest first."""

    entries: Sequence[MeetingEntry]
    cursor: str = ""
    """For the next page; empty at the end."""


class MeetingDesk(Protocol):
    """Which meetings there are."""

    async def page(self, wanted: MeetingFilter) -> MeetingPage:
        """Newest first."""
        ...

    async def entry(self, meeting_id: str) -> MeetingEntry:
        """One meeting, with its states."""
        ...
