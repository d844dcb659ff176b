"""The evidence in a meeting's folder: files, and an index with a line each."""

import json
import logging
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import UsageError
from domain.evidence import Evidence, EvidenceFile
from domain.text import clean

log = logging.getLogger(__name__)

FOLDER = "evidence"
INDEX = "index.jsonl"
MOST = 20
"""Pieces of evidence of a meeting; beyond it the oldest is deleted."""
MEDIA = {
    "png": "image/png",
    "mhtml": "multipart/related",
    "log": "text/plain",
}


class Shelf:
    """The evidence of one meeting. For one process that writes; every method blocks.

    Raises OSError where the disk refuses.
    """

    def __init__(self, meeting_folder: Path) -> None:
        self._folder = meeting_folder / FOLDER

    def keep(self, evidence: Evidence, files: Mapping[str, bytes]) -> Evidence:
        """Stores files by their kind (a key of MEDIA); the evidence with its id and files."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = evidence.at.astimezone(UTC)
        reason = "".join(c for c in evidence.reason if c.isalnum() or c == "_")[:30]
        name = f"{at:%Y%m%dT%H%M%S}-{reason}-{secrets.token_hex(3)}"
        kept = []
        for kind, content in files.items():
            path = self._folder / f"{name}.{kind}"
            _write(path, content)
            kept.append(EvidenceFile(path.name, MEDIA[kind], len(content)))
        stored = replace(evidence, id=name, files=tuple(kept))
        self._set([*reversed(self.items()), stored][-MOST:])
        return stored

    def items(self) -> Sequence[Evidence]:
        """All, newest first; a line that cannot be read is passed over."""
        try:
            lines = (self._folder / INDEX).read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        found = [item for line in lines if (item := _read(line)) is not None]
        return found[::-1]

    def file(self, name: str) -> tuple[EvidenceFile, bytes]:
        """A file that the index names. Raises UsageError for any other."""
        for item in self.items():
            for file in item.files:
                if file.name == name:
                    return file, self._content(name)
        raise UsageError("There is no such evidence.", "Look at the list of it.")

    def _content(self, name: str) -> bytes:
        try:
            return (self._folder / Path(name).name).read_bytes()
        except FileNotFoundError:
            raise UsageError("This evidence was deleted.", "Look at the list of it.") from None

    def _set(self, items: Sequence[Evidence]) -> None:
        lines = [json.dumps(_plain(item), ensure_ascii=False) for item in items]
        _write(self._folder / INDEX, ("\n".join(lines) + "\n").encode())
        kept = {file.name for item in items for file in item.files} | {INDEX}
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Wholly or not at all, for the owner's eyes only."""
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)


def _plain(item: Evidence) -> dict[str, object]:
    return {**asdict(item), "at": item.at.isoformat()}


def _read(line: str) -> Evidence | None:
    try:
        told = json.loads(line)
        files = tuple(EvidenceFile(**file) for file in told.pop("files"))
        at, missing = datetime.fromisoformat(told.pop("at")), tuple(told.pop("missing"))
        item = Evidence(at=at, files=files, missing=missing, **told)
    except (ValueError, TypeError, KeyError, AttributeError):
        log.warning("a line of the evidence's index cannot be read")
        return None
    return replace(item, error=clean(item.error), address=clean(item.address))
