"""The formats that a transcript can be written in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from domain.errors import UsageError
from storage.export.data import to_json
from storage.export.prose import to_markdown, to_txt
from storage.export.sheet import to_csv
from storage.export.subtitles import to_srt, to_vtt
from storage.export.transcript import Mode, Transcript

Writer = Callable[[Transcript, Sequence[str], Mode], str | bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """How one format is made and served."""

    media_type: str
    write: Writer
    text: bool = True


def _late(module: str, function: str) -> Writer:
    """A writer whose library is loaded when it is used."""

    def write(transcript: Transcript, languages: Sequence[str], mode: Mode) -> bytes:
        made: bytes = getattr(import_module(module), function)(transcript, languages, mode)
        return made

    return write


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

FORMATS: dict[str, Format] = {
    "txt": Format("text/plain", to_txt),
    "md": Format("text/markdown", to_markdown),
    "srt": Format("application/x-subrip", to_srt),
    "vtt": Format("text/vtt", to_vtt),
    "json": Format("application/json", to_json),
    "csv": Format("text/csv", to_csv),
    "docx": Format(_WORD, _late("storage.export.docx", "to_docx"), text=False),
    "pdf": Format("application/pdf", _late("storage.export.pdf", "to_pdf"), text=False),
}
"""Name and file suffix -> format."""


def export(
    transcript: Transcript,
    format: str,
    *,
    languages: Sequence[str] | None = None,
    mode: Mode | str = Mode.BOTH,
) -> bytes:
    """A transcript as a file, UTF-8 where it is text. `languages` are the targets, all that
    the meeting was translated into if None.

    Raises UsageError for an unknown format or mode.
    """
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"There is no format {format!r}.", f"Known formats: {known}.")
    if mode not in list(Mode):
        raise UsageError(f"There is no mode {mode!r}.", f"Known modes: {', '.join(Mode)}.")
    chosen = transcript.targets if languages is None else languages
    made = FORMATS[format].write(transcript, chosen, Mode(mode))
    return made.encode("utf-8", "replace") if isinstance(made, str) else made
