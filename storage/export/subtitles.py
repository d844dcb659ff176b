"""SubRip and WebVTT files."""

from collections.abc import Sequence

from domain.languages import primary
from domain.transcripts import REFINED
from storage.export.cues import Cue, Row, make_cues
from storage.export.times import timestamp
from storage.export.transcript import Mode, Transcript

_SRT = str.maketrans({"<": "‹", ">": "›", "{": "❴", "}": "❵"})
"""SubRip knows no escaping: what players take for tags is set in look-alikes."""

_VTT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def to_srt(transcript: Transcript, languages: Sequence[str], mode: Mode) -> str:
    """A SubRip file. SubRip has no comments: it cannot tell which version it shows."""
    cues = make_cues(transcript.segments, mode, languages, labels=True)
    blocks = [
        f"{number}\n{_span(cue, ',')}\n{_lines(cue)}\n" for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks)


def _lines(cue: Cue) -> str:
    return "\n".join(row.text.translate(_SRT) for row in cue.rows)


def to_vtt(transcript: Transcript, languages: Sequence[str], mode: Mode) -> str:
    """A WebVTT file."""
    cues = make_cues(transcript.segments, mode, languages)
    blocks = [f"{_span(cue, '.')}\n{_voice(cue)}\n" for cue in cues]
    notes = ["NOTE Version: refined (second pass)\n"] if transcript.version == REFINED else []
    return "\n".join(["WEBVTT\n", *notes, *blocks])


def _span(cue: Cue, separator: str) -> str:
    return f"{timestamp(cue.start_ms, separator)} --> {timestamp(cue.end_ms, separator)}"


def _voice(cue: Cue) -> str:
    rows = "\n".join(_row(row) for row in cue.rows)
    return f"<v {cue.speaker.translate(_VTT)}>{rows}</v>"


def _row(row: Row) -> str:
    text = row.text.translate(_VTT)
    code = primary(row.language)
    if row.translated and code.isascii() and code.isalpha():
        return f"<lang {code}>{text}</lang>"
    return text
