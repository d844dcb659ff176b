"""Transcripts and what is found in them, as the API tells of them."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from domain.captions import TranslationState
from domain.serving import Hit
from domain.transcripts import Segment
from web.api.models import Asked, Given, Language, Line, Listing, Page, Text, Told, When

Version = Literal["", "live", "refined"]


class TranscriptQuery(Listing):
    """Which part of a transcript, and how much of it."""

    limit: int = Field(100, ge=1, le=1000, description="How many segments at most.")
    version: Version = Field("", description="None: the best there is.")
    language: tuple[Language, ...] = Field((), description="Translations into these; none: all.")
    from_s: float | None = Field(None, ge=0, description="Ends after this second.")
    to_s: float | None = Field(None, ge=0, description="Begins before this second.")
    words: bool = Field(False, description="With the time of every word.")


class WordTold(Told):
    """One word."""

    text: str
    start_s: float
    end_s: float
    confidence: float


class TranslationTold(Told):
    """A segment in another language."""

    language: str
    text: str
    state: TranslationState
    doubtful: bool


class SegmentTold(Told):
    """What somebody said, a sentence or so."""

    id: str
    participant_id: str
    speaker: str = Field(description="Empty where nobody knows.")
    language: str
    start_s: float = Field(description="Since the admission.")
    end_s: float
    text: str
    confidence: float
    doubt: float = Field(description="Of the speaker: 0 sure .. 1 a guess.")
    engine: str
    corrected: bool = Field(description="By a person.")
    translations: tuple[TranslationTold, ...]
    words: tuple[WordTold, ...] | None = Field(description="null where they were not asked for.")

    @classmethod
    def of(
        cls,
        segment: Segment,
        corrected: bool,
        languages: tuple[str, ...] = (),
        words: bool = False,
    ) -> "SegmentTold":
        return cls(
            id=segment.id,
            participant_id=segment.participant_id,
            speaker=segment.speaker,
            language=segment.language,
            start_s=segment.start_s,
            end_s=segment.end_s,
            text=segment.text,
            confidence=segment.confidence,
            doubt=segment.doubt,
            engine=segment.engine,
            corrected=corrected,
            translations=tuple(
                TranslationTold(
                    language=each.language,
                    text=each.text,
                    state=each.state,
                    doubtful=each.doubtful,
                )
                for each in segment.translations
                if not languages or each.language in languages
            ),
            words=tuple(
                WordTold(
                    text=word.text,
                    start_s=word.start_s,
                    end_s=word.end_s,
                    confidence=word.confidence,
                )
                for word in segment.words
            )
            if words
            else None,
        )


class PersonTold(Told):
    """Who was there."""

    id: str
    name: str
    joined_s: float
    left_s: float | None


class TranscriptPage(Page):
    """A page of a transcript, in the order of time."""

    meeting_id: str
    version: str
    versions: tuple[str, ...] = Field(description="Which there are.")
    participants: tuple[PersonTold, ...]
    segments: tuple[SegmentTold, ...]


class Correction(Given):
    """Replaces a segment's text, or says who said it; what is left out stays as it is."""

    text: Text | None = Field(None, max_length=5000, description="Empty: takes a correction back.")
    speaker: Line | None = Field(
        None, max_length=80, description="A participant's id, or a name. Empty: as it was heard."
    )

    @model_validator(mode="after")
    def _something(self) -> "Correction":
        if self.text is None and self.speaker is None:
            raise ValueError("text or speaker is needed")
        return self


class Rename(Given):
    """Renames a speaker everywhere in a meeting."""

    speaker: Line = Field(min_length=1, description="A participant's id, or a name.")
    name: Line = Field(
        min_length=1, max_length=80, description="One that is there already: both become one."
    )


class Renamed(Told):
    """What a new name changed."""

    segments: int


class ExportQuery(Asked):
    """How a transcript is written."""

    format: Literal["txt", "md", "srt", "vtt", "json", "docx", "pdf", "zip"]
    language: tuple[Language, ...] = Field((), description="Translations into these; none: all.")
    mode: Literal["", "original", "translation", "both"] = Field(
        "", description="None: what is usual for the format."
    )
    version: Version = Field("", description="None: the best there is.")


class SearchQuery(Listing):
    """What is searched for."""

    q: Line = Field(min_length=1, description="Words.")
    speaker: Line = ""
    language: Language | Literal[""] = ""
    meeting_id: Line = ""
    since: When | None = None
    until: When | None = None


class HitTold(Told):
    """One place where it was said."""

    meeting_id: str
    code: str
    began_at: datetime | None
    segment_id: str
    speaker: str
    start_s: float
    excerpt: str
    marks: tuple[tuple[int, int], ...] = Field(
        description="Where the words stand in the excerpt: first character, and one after the last."
    )
    language: str = Field(description="Of the text that was found.")

    @classmethod
    def of(cls, hit: Hit) -> "HitTold":
        return cls(
            meeting_id=hit.meeting.id,
            code=hit.meeting.code,
            began_at=hit.meeting.began_at,
            segment_id=hit.segment.id,
            speaker=hit.segment.speaker,
            start_s=hit.segment.start_s,
            excerpt=hit.excerpt,
            marks=hit.marks,
            language=hit.language,
        )


class HitsPage(Page):
    """A page of what was found."""

    hits: tuple[HitTold, ...]
    total: int | None = Field(description="Where it is known.")
