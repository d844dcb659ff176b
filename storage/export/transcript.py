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
from domain.serving import Notes
from domain.speech import OtherWords
from domain.text import clean, clean_name
from domain.transcripts import LIVE, REFINED, Segment
from storage.facts import SqlFactStore

UNTRANSLATED = "[not translated]"
"""Stands where a translation is missing; the source text never does."""

DRAFT = "[draft]"

BEST = "best"
VERSIONS = (LIVE, REFINED, BEST)

AGREEING = 0.5
"""Two sources of words that agree less are told as two."""

LONGEST = 1_000_000
"""Characters of one segment that are written out."""


class Mode(StrEnum):
    """Which texts go into a file."""

    ORIGINAL = "original"
    TRANSLATION = "translation"
    BOTH = "both"
    SIDE = "side"
    """Original and translations in columns; where a format has none, as BOTH."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A meeting, its people and its segments in order of their start."""

    meeting: Meeting
    participants: Sequence[Participant] = ()
    segments: Sequence[Segment] = ()
    gaps: Sequence[Gap] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    version: str = LIVE
    """Of the segments."""
    notes: Notes | None = None

    @property
    def targets(self) -> list[str]:
        """The meeting's languages, and those that it was translated into for a while."""
        made = {t.language for s in self.segments for t in s.translations if t.text}
        known = {primary(code) for code in self.meeting.languages}
        return [*self.meeting.languages, *sorted(c for c in made if primary(c) not in known)]


async def load_transcript(
    meeting_id: str,
    meetings: MeetingStore,
    transcripts: TranscriptStore,
    facts: SqlFactStore | None = None,
    *,
    version: str = BEST,
) -> Transcript:
    """Reads a meeting by its id or a unique prefix of it. Raises UsageError, StorageError.

    `version` is LIVE, REFINED, or BEST: the second pass where there was one.
    """
    meeting = await meetings.get(meeting_id)
    if meeting is None:
        raise UsageError(f"There is no meeting {meeting_id!r}.", "Give the id of a stored meeting.")
    shown, segments = await _segments(meeting.id, transcripts, version)
    return Transcript(
        meeting=meeting,
        participants=await transcripts.participants(meeting.id),
        segments=segments,
        gaps=await facts.gaps(meeting.id) if facts else (),
        facts=await facts.facts(meeting.id) if facts else {},
        version=shown,
    )


async def _segments(
    meeting_id: str, transcripts: TranscriptStore, version: str
) -> tuple[str, Sequence[Segment]]:
    if version not in VERSIONS:
        raise UsageError(f"There is no version {version!r}.", f"Known: {', '.join(VERSIONS)}.")
    if version != LIVE:
        refined = await transcripts.segments(meeting_id, REFINED)
        if refined:
            return REFINED, refined
    if version == REFINED:
        raise UsageError(
            "This meeting has had no second pass.", f"Make it: dragoman refine {meeting_id[:8]}"
        )
    return LIVE, await transcripts.segments(meeting_id, LIVE)


def doubtful(segment: Segment) -> OtherWords | None:
    """What the second source of words heard, where it heard something quite different."""
    other = segment.other
    return other if other is not None and other.agreement < AGREEING else None


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
