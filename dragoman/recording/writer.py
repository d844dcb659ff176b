"""Brings a recording to disk, piece by piece. Everything here blocks: it runs in a thread."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from domain.audio import MIX, SAMPLE_RATE, Frame, Gap
from domain.errors import DragomanError, StorageError
from domain.hints import LoudnessHint
from dragoman.hintfile import TimedHint, to_line
from dragoman.recording.flac import encode
from dragoman.recording.manifest import HINTS, Manifest, Piece, read_manifest, write_manifest
from dragoman.recording.piece import LONGEST_S, GrowingPiece
from storage.export.files import write_atomic

DISK = "disk"
INTERRUPTED = "interrupted"
FULL = "size_limit"


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """A frame and when the session got it."""

    frame: Frame
    came_s: float


Item = TimedFrame | TimedHint | Gap


@dataclass(slots=True)
class Done:
    """What came of one turn."""

    pieces: list[Piece] = field(default_factory=list)
    """Finished and on disk."""
    trouble: str = ""
    """Why sound was not kept, for people; empty if it was."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When sound is no longer kept."""

    largest_bytes: int
    """Of one meeting's recording."""
    least_free_bytes: int
    """So much stays free on the disk."""


class RecordingWriter:
    """One recording in one folder; a recording that is there goes on, with a gap between."""

    def __init__(self, folder: Path, meeting_id: str, limits: Limits) -> None:
        self._folder = folder
        self._meeting_id = meeting_id
        self._limits = limits
        self._growing: dict[str, GrowingPiece] = {}
        self._carried: dict[str, dict[str, None]] = {}
        self._manifest: Manifest | None = None
        self._owed = False
        self._hints: IO[str] | None = None
        self._bytes = 0

    def open(self, began_at: datetime, now_s: float) -> None:
        """Begins, or goes on. Raises DragomanError where there is no room."""
        if shutil.disk_usage(_there(self._folder)).free < self._limits.least_free_bytes:
            raise StorageError(
                "There is too little room on the disk to record this meeting.",
                "Free some, or lower the setting recording.least_free_gb.",
            )
        self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        known = read_manifest(self._folder)
        if known is None:
            self._manifest = Manifest(self._meeting_id, began_at)
        else:
            since_s = min(known.end_s, now_s)
            lost = Gap(MIX, since_s, now_s, round((now_s - since_s) * SAMPLE_RATE), INTERRUPTED)
            self._manifest = replace(known, complete=False, hints_sha256="").with_gap(lost)
            self._bytes = sum(piece.bytes for piece in known.pieces)
        self._hints = _mended(self._folder / HINTS).open("a", encoding="utf-8", errors="replace")
        write_manifest(self._folder, self._manifest)

    def take(self, items: Iterable[Item], now_s: float) -> Done:
        """Takes what came; pieces that are long enough are finished."""
        done = Done()
        for item in items:
            match item:
                case TimedFrame(frame, came_s):
                    self._hear(frame, came_s, done)
                case TimedHint():
                    self._read(item, done)
                case Gap():
                    self._missing(item)
        with suppress(OSError):
            if self._hints is not None:
                self._hints.flush()
        for piece in list(self._growing.values()):
            if now_s - piece.start_s >= LONGEST_S:
                self._finish(piece, done)
        self._settle(done)
        return done

    def close(self) -> Done:
        """Finishes every piece and the manifest."""
        done = Done()
        for piece in list(self._growing.values()):
            self._finish(piece, done)
        if self._manifest is None:
            return done
        if self._hints is not None:
            with suppress(OSError):
                self._hints.flush()
                os.fsync(self._hints.fileno())
                self._hints.close()
        with suppress(OSError):
            whole = (self._folder / HINTS).read_bytes()
            checksum = hashlib.sha256(whole).hexdigest()
            self._manifest = replace(self._manifest, hints_sha256=checksum)
        self._manifest = replace(self._manifest, complete=True)
        self._owed = True
        self._settle(done)
        return done

    def _hear(self, frame: Frame, came_s: float, done: Done) -> None:
        piece = self._growing.get(frame.track)
        if piece is not None and not piece.takes(frame):
            self._finish(piece, done)
            piece = None
        if piece is None:
            piece = self._growing[frame.track] = GrowingPiece(frame)
            piece.people.update(self._carried.get(frame.track, {}))
        piece.add(frame, came_s)

    def _read(self, timed: TimedHint, done: Done) -> None:
        hint = timed.hint
        if isinstance(hint, LoudnessHint) and hint.participant_id:
            self._carried[hint.track] = {hint.participant_id: None}
            piece = self._growing.get(hint.track)
            if piece is not None:
                piece.people[hint.participant_id] = None
        try:
            if self._hints is not None:
                self._hints.write(to_line(timed) + "\n")
        except OSError as error:
            done.trouble = str(error.strerror)

    def _missing(self, gap: Gap) -> None:
        assert self._manifest is not None
        self._manifest = self._manifest.with_gap(gap)
        self._owed = True

    def _finish(self, growing: GrowingPiece, done: Done) -> None:
        """Makes a piece durable before the manifest names it; what fails becomes a gap."""
        assert self._manifest is not None
        del self._growing[growing.track]
        try:
            piece = self._store(growing)
        except (OSError, DragomanError) as error:
            full = isinstance(error, _Full)
            done.trouble = error.message if isinstance(error, DragomanError) else str(error)
            reason = FULL if full else DISK
            self._missing(
                Gap(growing.track, growing.start_s, growing.end_s, growing.samples, reason)
            )
            return
        self._manifest = self._manifest.with_piece(piece)
        self._owed = True
        done.pieces.append(piece)

    def _store(self, growing: GrowingPiece) -> Piece:
        sound, index = encode(growing.pcm), growing.index.encode("ascii")
        if self._bytes + len(sound) > self._limits.largest_bytes:
            raise _Full("The recording is as large as it may be.", "See recording.largest_gb.")
        free = shutil.disk_usage(self._folder).free
        if free - len(sound) < self._limits.least_free_bytes:
            raise StorageError("There is too little room on the disk.", "Free some.")
        assert self._manifest is not None
        stem = f"piece-{len(self._manifest.pieces):05d}-{round(growing.start_s * 1000):09d}"
        write_atomic(self._folder / f"{stem}.flac", sound)
        write_atomic(self._folder / f"{stem}.idx", index)
        self._bytes += len(sound)
        return Piece(
            file=f"{stem}.flac",
            track=growing.track,
            start_s=round(growing.start_s, 6),
            end_s=round(growing.end_s, 6),
            samples=growing.samples,
            sha256=hashlib.sha256(sound).hexdigest(),
            bytes=len(sound),
            index=f"{stem}.idx",
            index_sha256=hashlib.sha256(index).hexdigest(),
            people=tuple(growing.people),
        )

    def _settle(self, done: Done) -> None:
        """Writes the manifest where it has changed; a disk that refuses gets it later."""
        if not self._owed or self._manifest is None:
            return
        try:
            write_manifest(self._folder, self._manifest)
        except DragomanError as error:
            done.trouble = error.message
        else:
            self._owed = False


class _Full(StorageError):
    """A recording has reached its limit."""


def _mended(path: Path) -> Path:
    """The file without a last line that a kill tore."""
    if path.exists():
        whole = path.read_bytes()
        if not whole.endswith(b"\n"):
            os.truncate(path, whole.rfind(b"\n") + 1)
    return path


def _there(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
