"""Notes and answers, as the API tells of them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.serving import Answer, Notes, Point
from web.api.models import Asked, Given, Language, Text, Told


class NotesQuery(Asked):
    """Which notes."""

    language: Language | Literal[""] = Field("", description="None: the meeting's own.")


class CatchUpQuery(Asked):
    """What was missed."""

    language: Language
    until_s: float = Field(ge=0, description="Second of the meeting at which somebody came.")


class MakeNotes(Given):
    """Makes notes."""

    language: Language | Literal[""] = Field("", description="None: the meeting's own.")


class Question(Given):
    """Asks a meeting."""

    question: Text = Field(min_length=1, max_length=2000)
    language: Language | Literal[""] = Field("", description="Of the answer.")


class PointTold(Told):
    """A statement with the places that show it."""

    text: str
    at_s: float
    segment_ids: tuple[str, ...]
    owner: str
    due: str

    @classmethod
    def of(cls, point: Point) -> "PointTold":
        return cls(
            text=point.text,
            at_s=point.at_s,
            segment_ids=point.segment_ids,
            owner=point.owner,
            due=point.due,
        )


class NotesTold(Told):
    """What a meeting came to."""

    meeting_id: str
    language: str
    engine: str
    extractive: bool = Field(description="Sentences of the meeting itself; no model wrote them.")
    made_at: datetime | None
    summary: tuple[PointTold, ...]
    decisions: tuple[PointTold, ...]
    actions: tuple[PointTold, ...]

    @classmethod
    def of(cls, notes: Notes) -> "NotesTold":
        return cls(
            meeting_id=notes.meeting_id,
            language=notes.language,
            engine=notes.engine,
            extractive=notes.extractive,
            made_at=notes.made_at,
            summary=tuple(PointTold.of(each) for each in notes.summary),
            decisions=tuple(PointTold.of(each) for each in notes.decisions),
            actions=tuple(PointTold.of(each) for each in notes.actions),
        )


class AnswerTold(Told):
    """An answer from the transcript alone."""

    text: str = Field(description="Empty where the meeting does not tell.")
    citations: tuple[PointTold, ...]
    engine: str

    @classmethod
    def of(cls, answer: Answer) -> "AnswerTold":
        return cls(
            text=answer.text,
            citations=tuple(PointTold.of(each) for each in answer.citations),
            engine=answer.engine,
        )
