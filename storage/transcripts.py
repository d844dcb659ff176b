"""Segments, their translations and the people, in the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, delete, select

from domain.captions import Translation, TranslationState
from domain.people import Participant
from domain.transcripts import LIVE, Segment
from storage.codec import (
    other_from_json,
    other_to_json,
    sound_from_json,
    sound_to_json,
    word_from_json,
    word_to_json,
)
from storage.database import Database
from storage.merge import attribution, check_version, later, merge
from storage.tables import ParticipantRow, SegmentRow, TranslationRow


class SqlTranscriptStore:
    """The TranscriptStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, segments: Sequence[Segment]) -> None:
        """Makes segments durable; idempotent by id, later names and translations are merged in."""
        if segments:
            await self._database.write(lambda session: _write(session, segments))

    async def segments(self, meeting_id: str, version: str = LIVE) -> Sequence[Segment]:
        """All segments of one version, in order of their start."""
        return await self._database.read(lambda session: _segments(session, meeting_id, version))

    async def replace(self, meeting_id: str, version: str, segments: Sequence[Segment]) -> None:
        """Puts a whole version in the place of what was stored of it, in one transaction."""
        check_version(meeting_id, version, segments)

        def work(session: Session) -> None:
            here = col(SegmentRow.meeting_id) == meeting_id
            session.execute(delete(SegmentRow).where(here, col(SegmentRow.version) == version))
            _write(session, segments)

        await self._database.write(work)

    async def write_participants(
        self, meeting_id: str, participants: Sequence[Participant]
    ) -> None:
        """Stores or updates people; join times are kept, leave times updated."""

        def work(session: Session) -> None:
            for person in participants:
                _write_person(session, meeting_id, person)

        await self._database.write(work)

    async def participants(self, meeting_id: str) -> Sequence[Participant]:
        """Everybody who was there, in order of joining."""
        return await self._database.read(lambda session: people_of(session, meeting_id))


def _write(session: Session, segments: Sequence[Segment]) -> None:
    ids = {segment.id for segment in segments}
    found = session.exec(select(SegmentRow).where(col(SegmentRow.id).in_(ids)))
    rows = {row.id: row for row in found}
    stored = _translations(session, ids)
    merged = stored.copy()
    for segment in segments:
        row = rows.setdefault(segment.id, _segment_row(segment))
        row.participant_id, row.speaker, row.doubt = attribution(row, segment)
        row.sound = row.sound or sound_to_json(segment.sound)
        row.other = other_to_json(later(other_from_json(row.other), segment.other))
        session.add(row)
        merged[segment.id] = merge(merged[segment.id], segment.translations)
    session.flush()
    for segment_id, translations in merged.items():
        before = {each.language: each for each in stored[segment_id]}
        for position, translation in enumerate(translations):
            translated = _translation_row(segment_id, position, translation)
            if translation.language not in before:
                session.add(translated)
            elif before[translation.language] != translation:
                session.merge(translated)


def _segment_row(segment: Segment) -> SegmentRow:
    return SegmentRow(
        id=segment.id,
        meeting_id=segment.meeting_id,
        participant_id=segment.participant_id,
        speaker=segment.speaker,
        language=segment.language,
        start_s=segment.start_s,
        end_s=segment.end_s,
        text=segment.text,
        confidence=segment.confidence,
        doubt=segment.doubt,
        engine=segment.engine,
        words=[word_to_json(word) for word in segment.words],
        version=segment.version,
    )


def _translation_row(segment_id: str, position: int, translation: Translation) -> TranslationRow:
    return TranslationRow(
        segment_id=segment_id,
        language=translation.language,
        position=position,
        text=translation.text,
        state=translation.state.value,
        engine=translation.engine,
        hops=list(translation.hops),
        quality=translation.quality,
        error=translation.error,
        stamp_s=translation.stamp_s,
    )


def _translations(
    session: Session, segment_ids: Iterable[str]
) -> defaultdict[str, tuple[Translation, ...]]:
    chosen = col(TranslationRow.segment_id).in_(segment_ids)
    return _grouped(session.exec(select(TranslationRow).where(chosen)))


def _grouped(rows: Iterable[TranslationRow]) -> defaultdict[str, tuple[Translation, ...]]:
    found: defaultdict[str, tuple[Translation, ...]] = defaultdict(tuple)
    for row in sorted(rows, key=lambda row: row.position):
        found[row.segment_id] += (
            Translation(
                language=row.language,
                text=row.text,
                state=TranslationState(row.state),
                engine=row.engine,
                hops=tuple(row.hops),
                quality=row.quality,
                error=row.error,
                stamp_s=row.stamp_s,
            ),
        )
    return found


def _segments(session: Session, meeting_id: str, version: str) -> list[Segment]:
    here = and_(col(SegmentRow.meeting_id) == meeting_id, col(SegmentRow.version) == version)
    return read_segments(session, here)


def read_segments(session: Session, here: ColumnElement[bool]) -> list[Segment]:
    """The segments that a condition on their rows chooses, in order of their start."""
    translations = _grouped(session.exec(select(TranslationRow).join(SegmentRow).where(here)))
    order = (col(SegmentRow.start_s), col(SegmentRow.end_s), col(SegmentRow.id))
    return [
        Segment(
            id=row.id,
            meeting_id=row.meeting_id,
            participant_id=row.participant_id,
            speaker=row.speaker,
            language=row.language,
            start_s=row.start_s,
            end_s=row.end_s,
            text=row.text,
            confidence=row.confidence,
            engine=row.engine,
            words=tuple(word_from_json(word) for word in row.words),
            translations=translations[row.id],
            doubt=row.doubt,
            sound=sound_from_json(row.sound),
            other=other_from_json(row.other),
            version=row.version,
        )
        for row in session.exec(select(SegmentRow).where(here).order_by(*order))
    ]


def _write_person(session: Session, meeting_id: str, person: Participant) -> None:
    row = session.get(ParticipantRow, (meeting_id, person.id))
    if row is None:
        row = ParticipantRow(
            meeting_id=meeting_id, id=person.id, name=person.name, joined_s=person.joined_s
        )
    row.name = person.name or row.name
    row.is_self = person.is_self
    row.left_s = person.left_s
    session.add(row)


def people_of(session: Session, meeting_id: str) -> list[Participant]:
    """Everybody who was there, in order of joining, within a transaction."""
    here = col(ParticipantRow.meeting_id) == meeting_id
    order = (col(ParticipantRow.joined_s), col(ParticipantRow.id))
    return [
        Participant(row.id, row.name, row.is_self, row.joined_s, row.left_s)
        for row in session.exec(select(ParticipantRow).where(here).order_by(*order))
    ]
