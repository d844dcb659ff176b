"""What writes notes, and what it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.captions import TranslationState
from domain.languages import primary
from domain.serving import Answer, Notes
from domain.text import clean, clean_name
from domain.transcripts import Segment


@dataclass(frozen=True, slots=True)
class Line:
    """One segment as engines read it."""

    id: str
    """The segment's."""
    speaker: str
    start_s: float
    text: str
    """A translation where there is one in the language that was asked for."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A meeting as engines read it, in order."""

    meeting_id: str
    lines: tuple[Line, ...]
    language: str
    """That the notes are to be in; as far as texts are there for engines that write none."""


def talk_of(meeting_id: str, segments: Sequence[Segment], language: str = "") -> Talk:
    """A meeting's talk; without a language, the one that most of it was spoken in."""
    spoken = [primary(segment.language) for segment in segments]
    wanted = primary(language) or (max(sorted(set(spoken)), key=spoken.count) if spoken else "en")
    lines = []
    for segment in segments:
        text = segment.text
        for each in segment.translations:
            final = each.state is TranslationState.FINAL and each.text
            if final and primary(segment.language) != wanted == primary(each.language):
                text = each.text
                break
        line = Line(segment.id, clean_name(segment.speaker), segment.start_s, clean(text))
        if line.text:
            lines.append(line)
    return Talk(meeting_id, tuple(lines), wanted)


class NotesWriter(Protocol):
    """An engine."""

    async def write(self, talk: Talk) -> Notes:
        """Notes of a talk. Every point cites segments of it. Raises EngineError."""
        ...

    async def answer(self, talk: Talk, question: str) -> Answer:
        """An answer from the talk alone; empty where it does not tell. Raises EngineError."""
        ...

    async def aclose(self) -> None:
        """Gives back what it holds."""
        ...
