"""The transcripts of this installation: read, corrected, found, taken away."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from domain.errors import UsageError
from domain.languages import parse_languages
from domain.meetings import Meeting
from domain.serving import File, Hits, Query, Reading
from domain.text import clean, clean_name
from domain.transcripts import LIVE, REFINED, Segment
from storage.database import Database
from storage.edited import EditedTranscripts, is_meant
from storage.edits import EditKind, SqlEditStore
from storage.export.archive import base_name, several, whole
from storage.export.formats import FORMATS, export
from storage.export.transcript import BEST, Mode, Transcript, load_transcript
from storage.facts import TITLE, SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.notes import SqlNoteStore
from storage.search import SqlSearch
from storage.transcripts import SqlTranscriptStore

LONGEST = 20_000
"""Characters of a corrected segment."""
MOST_MEETINGS = 500
"""In one zip."""


class SqlTranscriptDesk:
    """The TranscriptDesk port on a database. `by` is noted with every change."""

    def __init__(self, database: Database, by: str = "") -> None:
        self._meetings = SqlMeetingStore(database)
        self._edits = SqlEditStore(database)
        self._transcripts = EditedTranscripts(SqlTranscriptStore(database), self._edits)
        self._facts = SqlFactStore(database)
        self._notes = SqlNoteStore(database)
        self._search = SqlSearch(database)
        self._by = by

    async def read(self, meeting_id: str, version: str = "") -> Reading:
        """The transcript as corrected; without a version the best there is."""
        loaded = await self.load(meeting_id, version)
        refined = await self._transcripts.segments(loaded.meeting.id, REFINED)
        edited = await self._transcripts.edited(loaded.meeting.id, loaded.version)
        return Reading(
            loaded.meeting,
            loaded.participants,
            loaded.segments,
            loaded.version,
            (LIVE, REFINED) if refined else (LIVE,),
            edited.changed,
            clean(loaded.facts.get(TITLE, "")),
        )

    async def load(self, meeting_id: str, version: str = "") -> Transcript:
        """Everything of a meeting, notes included. Raises UsageError, StorageError."""
        loaded = await load_transcript(
            meeting_id, self._meetings, self._transcripts, self._facts, version=version or BEST
        )
        return replace(loaded, notes=await self._notes.notes(loaded.meeting.id))

    async def correct(self, meeting_id: str, segment_id: str, text: str) -> Segment:
        """Replaces a segment's text; empty text takes its corrections back."""
        meeting = await self._meeting(meeting_id)
        await self._segment(meeting, segment_id)
        words = clean(text, LONGEST)
        if words:
            await self._edits.add(meeting.id, EditKind.TEXT, segment_id, words, by=self._by)
        else:
            await self._edits.restore(meeting.id, segment_id)
        return await self._segment(meeting, segment_id)

    async def reassign(self, meeting_id: str, segment_id: str, speaker: str) -> Segment:
        """Says who said a segment: a participant's id, or a name; empty takes that back."""
        meeting = await self._meeting(meeting_id)
        await self._segment(meeting, segment_id)
        if speaker.strip():
            name = _name(speaker)
            await self._edits.add(meeting.id, EditKind.SPEAKER, segment_id, name, by=self._by)
        else:
            await self._edits.restore(meeting.id, segment_id, kind=EditKind.SPEAKER)
        return await self._segment(meeting, segment_id)

    async def rename(self, meeting_id: str, speaker: str, name: str) -> int:
        """Renames a speaker everywhere in the meeting, merging with one of that name."""
        meeting = await self._meeting(meeting_id)
        loaded = await self.load(meeting.id)
        count = sum(is_meant(speaker, s.participant_id, s.speaker) for s in loaded.segments)
        present = any(is_meant(speaker, p.id, p.name) for p in loaded.participants)
        if not count and not present:
            raise UsageError(
                "Nobody of that name speaks in this meeting.", "Use a name of its transcript."
            )
        await self._edits.add(meeting.id, EditKind.NAME, speaker, _name(name), by=self._by)
        return count

    async def export(self, meeting_id: str, format: str, options: Mapping[str, str]) -> File:
        """The transcript as a file; zip is every format at once."""
        _known(format, (*FORMATS, "zip"))
        loaded = await self.load(meeting_id, options.get("version", ""))
        languages = parse_languages(options["languages"]) if options.get("languages") else None
        name = f"{base_name(loaded)}.{format}"
        if format == "zip":
            content = await asyncio.to_thread(whole, loaded, languages)
            return File(name, "application/zip", content)
        mode = options.get("mode") or Mode.BOTH
        content = await asyncio.to_thread(export, loaded, format, languages=languages, mode=mode)
        return File(name, FORMATS[format].media_type, content)

    async def search(self, query: Query) -> Hits:
        """Finds what was said; the meeting may be given by the beginning of its id."""
        if query.meeting_id:
            query = replace(query, meeting_id=(await self._meeting(query.meeting_id)).id)
        return await self._search.find(query)

    async def export_found(self, query: Query, format: str, options: Mapping[str, str]) -> File:
        """One zip with the transcript of every meeting in which something is found."""
        _known(format, FORMATS)
        ids: dict[str, None] = {}
        page = await self.search(replace(query, limit=200))
        while True:
            ids.update(dict.fromkeys(hit.meeting.id for hit in page.hits))
            if not page.cursor or len(ids) >= MOST_MEETINGS:
                break
            page = await self.search(replace(query, limit=200, cursor=page.cursor))
        if not ids:
            raise UsageError("Nothing was found.", "Search for something else.")
        loaded = [await self.load(each, options.get("version", "")) for each in ids]
        languages = parse_languages(options["languages"]) if options.get("languages") else None
        mode = options.get("mode") or Mode.BOTH
        content = await asyncio.to_thread(several, loaded, format, languages, mode)
        return File("transcripts.zip", "application/zip", content)

    async def _meeting(self, meeting_id: str) -> Meeting:
        meeting = await self._meetings.get(meeting_id)
        if meeting is None:
            raise UsageError("There is no such meeting.", "Give the id of a stored meeting.")
        return meeting

    async def _segment(self, meeting: Meeting, segment_id: str) -> Segment:
        for version in (REFINED, LIVE):
            for segment in await self._transcripts.segments(meeting.id, version):
                if segment.id == segment_id:
                    return segment
        raise UsageError("There is no such segment.", "Give the id of one of the transcript.")


def _name(name: str) -> str:
    cleaned = clean_name(name)
    if not cleaned:
        raise UsageError("A speaker needs a name.", "Give one.")
    return cleaned


def _known(format: str, formats: tuple[str, ...] | Mapping[str, object]) -> None:
    if format not in formats:
        raise UsageError(f"There is no format {format!r}.", f"Known: {', '.join(formats)}.")
