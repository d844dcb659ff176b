"""The pieces of recorded sound, and which words were heard in which of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.database import Database
from storage.recording_tables import SegmentSoundRow
from storage.sounds import KeptSound, recording_row
from storage.tables import RecordingRow, SegmentRow

EDGE_S = 0.5
"""Words may begin or end this far outside the sound in which they were heard."""


@dataclass(frozen=True, slots=True)
class KeptPiece(KeptSound):
    """A piece of one track in a file of its own, whose length is known."""

    people: tuple[str, ...] = ()
    """Ids of the participants whom it carries, where that is known."""

    @property
    def end_s(self) -> float:
        return self.start_s + self.length_s


class SqlRecordingStore:
    """Pieces and their words on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, meeting_id: str, pieces: Sequence[KeptPiece]) -> None:
        """Notes pieces beside those that are noted, and leads the words that began with them or
        later to their sound, by these pieces alone: whoever adds a piece gives those of the last
        minutes with it, of all tracks. Doing it again changes nothing. Raises StorageError."""
        if not pieces:
            return

        def work(session: Session) -> None:
            for piece in pieces:
                session.merge(recording_row(meeting_id, piece))
            session.flush()
            _lead(session, meeting_id, pieces)

        await self._database.write(work)

    async def sounds_of(self, meeting_id: str) -> Mapping[str, Sequence[str]]:
        """Segment id -> the checksums of the pieces in which it was heard, in order."""

        def work(session: Session) -> dict[str, list[str]]:
            chosen = (
                select(SegmentSoundRow.segment_id, SegmentSoundRow.sha256)
                .join(SegmentRow, col(SegmentRow.id) == SegmentSoundRow.segment_id)
                .join(RecordingRow, col(RecordingRow.sha256) == SegmentSoundRow.sha256)
                .where(
                    col(SegmentRow.meeting_id) == meeting_id,
                    col(RecordingRow.meeting_id) == meeting_id,
                )
                .order_by(col(RecordingRow.start_s), col(RecordingRow.track))
            )
            found: defaultdict[str, list[str]] = defaultdict(list)
            for segment_id, sha256 in session.exec(chosen):
                if sha256 not in found[segment_id]:
                    found[segment_id].append(sha256)
            return dict(found)

        return await self._database.read(work)


def _lead(session: Session, meeting_id: str, pieces: Sequence[KeptPiece]) -> None:
    """Segments to the pieces at their time: those that carry their speaker, else all."""
    from_s = min(piece.start_s for piece in pieces)
    to_s = max(piece.end_s for piece in pieces) + EDGE_S
    segments = session.exec(
        select(SegmentRow).where(
            col(SegmentRow.meeting_id) == meeting_id,
            col(SegmentRow.start_s) >= from_s - EDGE_S,
            col(SegmentRow.start_s) <= to_s,
        )
    ).all()
    ids = [segment.id for segment in segments]
    chosen = select(SegmentSoundRow).where(col(SegmentSoundRow.segment_id).in_(ids))
    known = {(row.segment_id, row.sha256): row for row in session.exec(chosen)}
    for segment in segments:
        near = [p for p in pieces if _touch(segment, p)]
        own = [p for p in near if segment.participant_id and segment.participant_id in p.people]
        for sha256 in dict.fromkeys(piece.sha256 for piece in own or near):
            if known.pop((segment.id, sha256), None) is None:
                session.add(SegmentSoundRow(segment_id=segment.id, sha256=sha256))
    for row in known.values():
        session.delete(row)


def _touch(segment: SegmentRow, piece: KeptPiece) -> bool:
    return segment.start_s < piece.end_s + EDGE_S and segment.end_s > piece.start_s - EDGE_S
