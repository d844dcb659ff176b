"""Voices of people who agreed, in the database, and gone from its file when deleted."""

import struct
from collections.abc import Sequence

from sqlmodel import Session, col, select

from domain.speakers import Voiceprint
from storage.database import Database
from storage.tables import VoiceprintRow


class SqlVoiceprintStore:
    """The VoiceprintStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, voiceprint: Voiceprint) -> None:
        """Stores or replaces by id; what is replaced does not stay in the file."""

        def work(session: Session) -> bool:
            known = session.get(VoiceprintRow, voiceprint.id) is not None
            session.merge(_row(voiceprint))
            return known

        if await self._database.write(work):
            await self._database.scrub()

    async def voiceprints(self, model: str = "") -> Sequence[Voiceprint]:
        """All, or those made by one model, by name."""

        def work(session: Session) -> list[Voiceprint]:
            chosen = select(VoiceprintRow)
            if model:
                chosen = chosen.where(col(VoiceprintRow.model) == model)
            order = (col(VoiceprintRow.name), col(VoiceprintRow.id))
            return [_voiceprint(row) for row in session.exec(chosen.order_by(*order))]

        return await self._database.read(work)

    async def delete(self, voiceprint_id: str) -> bool:
        """Deletes it and wipes it from the file; whether there was one.

        Raises StorageError where another program keeps the file from being wiped; the same
        call again wipes it.
        """

        def work(session: Session) -> bool:
            row = session.get(VoiceprintRow, voiceprint_id)
            if row is not None:
                session.delete(row)
            return row is not None

        found = await self._database.write(work)
        await self._database.scrub()
        return found


def _row(voiceprint: Voiceprint) -> VoiceprintRow:
    return VoiceprintRow(
        id=voiceprint.id,
        name=voiceprint.name,
        model=voiceprint.model,
        vector=struct.pack(f"<{len(voiceprint.vector)}d", *voiceprint.vector),
        sound_s=voiceprint.sound_s,
        consent=voiceprint.consent,
        consent_at=voiceprint.consent_at,
    )


def _voiceprint(row: VoiceprintRow) -> Voiceprint:
    return Voiceprint(
        id=row.id,
        name=row.name,
        model=row.model,
        vector=struct.unpack(f"<{len(row.vector) // 8}d", row.vector),
        sound_s=row.sound_s,
        consent=row.consent,
        consent_at=row.consent_at,
    )
