"""A meeting with everything that was said, ready to be written out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.audio import Gap
from domain.captions import TranslationState
from domain.errors import UsageError
from domain.languages import primary
from domain.meetings import Meeting
from domain.people import UNKNOWN_SPEAKER, Participant
from domain.ports import MeetingStore, TranscriptStore
from domain.text import clean, clean_name
from domain.transcripts import Segment
from storage.facts import SqlFactStore

UNTRANSLATED = "[not translated]"
"""Stands where a translation is missing; the source text never does."""

DRAFT = "[draft]"

LONGEST = 1_000_000
"""Characters of one segment that are written out."""


class Mode(StrEnum):
    """Which texts go into a file."""

    ORIGINAL = "original"
    TRANSLATION = "translation"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Transcript:
    """A meeting, its people and its segments in order of their start."""

    meeting: Meeting
    participants: Sequence[Participant] = ()
    segments: Sequence[Segment] = ()
    gaps: Sequence[Gap] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


async def load_transcript(
    meeting_id: str,
    meetings: MeetingStore,
    transcripts: TranscriptStore,
    facts: SqlFactStore | None = None,
) -> Transcript:
    """Reads a meeting by its id or a unique prefix of it. Raises UsageError, StorageError."""
    meeting = await meetings.get(meeting_id)
    if meeting is None:
        raise UsageError(f"There is no meeting {meeting_id!r}.", "Give the id of a stored meeting.")
    return Transcript(
        meeting=meeting,
        participants=await transcripts.participants(meeting.id),
        segments=await transcripts.segments(meeting.id),
        gaps=await facts.gaps(meeting.id) if facts else (),
        facts=await facts.facts(meeting.id) if facts else {},
    )


def speaker_of(segment: Segment) -> str:
    """The speaker's name as files show it."""
    return clean_name(segment.speaker) or clean_name(UNKNOWN_SPEAKER) or "Speaker"


def original_of(segment: Segment) -> str:
    """The words as they were spoken, on one line."""
    return clean(segment.text, LONGEST)


def text_in(segment: Segment, language: str) -> str:
    """The segment in a language: its own words if spoken in it, else its translation or a
    mark that there is none."""
    if primary(segment.language) == primary(language):
        return original_of(segment)
    for translation in segment.translations:
        if primary(translation.language) == primary(language):
            text = clean(translation.text, LONGEST)
            if text and translation.state is TranslationState.FINAL:
                return text
            if text and translation.state is TranslationState.DRAFT:
                return f"{DRAFT} {text}"
    return UNTRANSLATED


def targets_of(segment: Segment, languages: Sequence[str]) -> list[str]:
    """The languages that differ from the one the segment was spoken in."""
    return [code for code in languages if primary(code) != primary(segment.language)]
