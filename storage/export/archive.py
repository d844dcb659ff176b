"""Several files in one zip."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC
from io import BytesIO

from domain.languages import primary
from domain.text import clean
from storage.export.folder import folder_files
from storage.export.formats import export
from storage.export.transcript import Mode, Transcript

_UNSAFE = re.compile(r"[^\w\-]+", re.ASCII)


def base_name(transcript: Transcript) -> str:
    """A file name without ending: date, time and code of the meeting."""
    meeting = transcript.meeting
    began = (meeting.began_at or meeting.created_at).astimezone(UTC)
    code = _UNSAFE.sub("-", clean(meeting.code, 40)).strip("-") or "meeting"
    return f"{began:%Y-%m-%d-%H%M}-{code}"


def whole(transcript: Transcript, languages: Sequence[str] | None = None) -> bytes:
    """A zip with a meeting in every format. Raises MissingError without Noto fonts."""
    chosen = transcript.targets if languages is None else languages
    targets = list(dict.fromkeys(primary(code) for code in chosen))
    files = folder_files(transcript, targets)
    for suffix in ("docx", "pdf"):
        files[f"transcript.{suffix}"] = export(transcript, suffix, languages=targets)
        if targets:
            files[f"side-by-side.{suffix}"] = export(
                transcript, suffix, languages=targets, mode=Mode.SIDE
            )
    files["transcript.csv"] = export(transcript, "csv", languages=targets)
    return pack(files.items())


def several(
    transcripts: Iterable[Transcript],
    format: str,
    languages: Sequence[str] | None,
    mode: Mode | str,
) -> bytes:
    """A zip with one file per meeting."""
    names: set[str] = set()
    files: list[tuple[str, bytes]] = []
    for transcript in transcripts:
        stem = base_name(transcript)
        if stem in names:
            stem = f"{stem}-{_UNSAFE.sub('-', transcript.meeting.id[:8])}"
        names.add(stem)
        content = export(transcript, format, languages=languages, mode=mode)
        files.append((f"{stem}.{format}", content))
    return pack(files)


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip; the same files give the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, content)
    return made.getvalue()
