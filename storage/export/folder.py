"""A meeting's folder of exports."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from domain.languages import primary
from storage.export.files import write_atomic
from storage.export.formats import export
from storage.export.transcript import Mode, Transcript

_CODE = re.compile(r"[a-z]{2,8}")


def write_folder(
    transcript: Transcript, out: Path, languages: Sequence[str] | None = None
) -> list[Path]:
    """Writes transcript.json, .md, .txt and subtitles; the paths written. Blocks.

    Subtitles per language: a target language has every segment in it; a spoken language that
    is no target has what was said in it. Raises StorageError.
    """
    chosen = transcript.targets if languages is None else languages
    files = folder_files(transcript, list(dict.fromkeys(primary(code) for code in chosen)))
    for file, content in files.items():
        write_atomic(out / file, content)
    return [out / file for file in files]


def folder_files(transcript: Transcript, targets: Sequence[str]) -> dict[str, bytes]:
    """File name -> content."""
    files = {
        f"transcript.{suffix}": export(transcript, suffix, languages=targets)
        for suffix in ("json", "md", "txt")
    }
    for code, part in _tracks(transcript, targets).items():
        for suffix in ("srt", "vtt"):
            files[f"transcript.{code}.{suffix}"] = export(
                part, suffix, languages=[code], mode=Mode.TRANSLATION
            )
    return files


def _tracks(transcript: Transcript, targets: Sequence[str]) -> dict[str, Transcript]:
    """Language -> the segments of its subtitles."""
    tracks = {code: transcript for code in targets if _CODE.fullmatch(code)}
    for code in dict.fromkeys(primary(segment.language) for segment in transcript.segments):
        if code not in tracks and _CODE.fullmatch(code):
            own = [s for s in transcript.segments if primary(s.language) == code]
            tracks[code] = replace(transcript, segments=own)
    return tracks
