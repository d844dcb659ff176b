"""A transcript as a document: what Word and PDF files show, before it is laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.languages import name, own_name, primary, right_to_left
from domain.people import Palette
from storage.export.prose import heading, texts
from storage.export.side import notes_of, side_of
from storage.export.times import stamp
from storage.export.transcript import Mode, Transcript, speaker_of

COLOURS = (
    "0B5FA5", "A84300", "00694B", "8A2F78", "6F5300", "136B7C", "A1242B", "4B4FA8",
)  # fmt: skip
"""Of speakers, in the order in which they first spoke; readable on white, told apart by
colour-blind eyes in this order. The ninth speaker gets the first one again."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one language."""

    text: str
    language: str
    label: str = ""
    """The language's name, in front of a translation."""

    @property
    def rtl(self) -> bool:
        """Whether it runs from right to left."""
        return right_to_left(primary(self.language))


@dataclass(frozen=True, slots=True)
class Said:
    """One segment."""

    stamp: str
    speaker: str
    colour: str
    """RRGGBB."""
    texts: Sequence[Text]
    """The first one is the main one. In columns: one for each, None where it is the same."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the notes."""

    title: str
    points: Sequence[tuple[str, str]]
    """(text, what stands behind it: owner, due, time)."""


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that is shown, made safe."""

    title: str
    facts: Sequence[str]
    notes: Sequence[Section]
    said: Sequence[Said]
    columns: Sequence[str] = ()
    """Heads of the columns, side by side; empty for running text."""
    language: str = ""
    """That most of it is in."""


def document_of(transcript: Transcript, languages: Sequence[str], mode: Mode) -> Document:
    """The document of a transcript."""
    title, *facts = heading(transcript)
    palette = Palette()
    side = mode is Mode.SIDE and bool(languages)
    said = []
    for segment in transcript.segments:
        colour = COLOURS[palette.number(segment.participant_id or segment.speaker) % len(COLOURS)]
        if side:
            codes = (segment.language, *languages)
            shown = [Text(*each) for each in zip(side_of(segment, languages), codes, strict=True)]
        else:
            main, more = texts(segment, languages, mode)
            own = languages[0] if mode is Mode.TRANSLATION and languages else segment.language
            shown = [Text(main, own)]
            shown += [Text(text, code, name(primary(code))) for code, text in more]
        said.append(Said(stamp(segment.start_s), speaker_of(segment), colour, shown))
    columns = ["Original", *(own_name(primary(code)) for code in languages)] if side else []
    spoken = [primary(segment.language) for segment in transcript.segments]
    most = max(set(spoken), key=spoken.count) if spoken else "en"
    sections = [Section(head, points) for head, points in notes_of(transcript.notes)]
    return Document(title, facts, sections, said, columns, most)
