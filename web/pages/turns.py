"""A transcript as it is read: lines grouped by speaker, silences between them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.captions import TranslationState
from domain.people import Palette
from domain.serving import Reading
from domain.speech import SoundQuality
from domain.transcripts import Segment

GAP_S = 45.0
"""After so long a pause the same speaker begins a new turn."""
SILENCE_S = 60.0
"""So long a pause is shown."""
NOISY_DB = 10.0
CLIPPED = 0.02
DIFFERENT = 0.85
"""Agreement of two recognitions below which both are shown."""
DOUBTED = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """A segment as it is shown."""

    segment: Segment
    translations: Mapping[str, tuple[str, str]]
    """Language -> (text, why it is missing)."""
    remarks: tuple[str, ...] = ()
    """What speaks against it, for people."""
    corrected: bool = False


@dataclass(slots=True)
class Turn:
    """Lines that one speaker says in one go."""

    key: str
    speaker: str
    colour: int
    start_s: float
    silence_s: float = 0.0
    """Before it."""
    lines: list[Line] = field(default_factory=list)


def turns(reading: Reading, languages: Sequence[str]) -> list[Turn]:
    """The whole transcript, with translations into some languages."""
    palette, made, end_s = Palette(), list[Turn](), 0.0
    for segment in reading.segments:
        key = segment.participant_id or segment.speaker
        pause_s = segment.start_s - end_s if made else 0.0
        turn = made[-1] if made else None
        if turn is None or (turn.key, turn.speaker) != (key, segment.speaker) or pause_s > GAP_S:
            silence_s = pause_s if pause_s >= SILENCE_S else 0.0
            colour = palette.number(key) % 7
            turn = Turn(key, segment.speaker, colour, segment.start_s, silence_s)
            made.append(turn)
        turn.lines.append(line(segment, languages, reading.corrected))
        end_s = max(end_s, segment.end_s)
    return made


def line(segment: Segment, languages: Sequence[str], corrected: Collection[str]) -> Line:
    """One segment with translations into some languages."""
    told = {}
    for each in segment.translations:
        if each.language in languages and each.language != segment.language:
            failed = each.state is TranslationState.FAILED
            told[each.language] = (each.text, (each.error or "not translated") if failed else "")
    return Line(segment, told, tuple(_remarks(segment)), segment.id in corrected)


def _remarks(segment: Segment) -> Iterator[str]:
    if segment.doubt >= DOUBTED:
        yield "It is not sure who said this."
    if segment.sound is not None and (trouble := _trouble(segment.sound)):
        yield trouble
    other = segment.other
    if other is not None and other.agreement < DIFFERENT:
        yield f"{other.engine or 'Another engine'} heard: “{other.text}”"


def _trouble(sound: SoundQuality) -> str:
    if sound.clipped > CLIPPED:
        return "The sound was too loud and distorted."
    if sound.snr_db < NOISY_DB:
        return "There was much noise."
    return ""
