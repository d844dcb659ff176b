"""Transcripts: to be read, corrected, found and taken away."""

import json
from urllib.parse import quote

from aiohttp import web

from domain.serving import Query
from domain.text import clean
from domain.transcripts import Segment
from web.api.call import Call, cursors_of
from web.api.models import Nothing
from web.api.transcript_models import (
    Correction,
    ExportQuery,
    HitsPage,
    HitTold,
    PersonTold,
    Rename,
    Renamed,
    SearchQuery,
    SegmentTold,
    TranscriptPage,
    TranscriptQuery,
)


async def get_transcript(call: Call[TranscriptQuery, Nothing]) -> TranscriptPage:
    """Reads what was said, also while the meeting runs."""
    query, cursors = call.query, cursors_of(call)
    after = cursors.open(query.cursor)
    reading = await call.desks.transcripts.read(await call.meeting_id(), query.version)
    lines = [s for s in sorted(reading.segments, key=_place) if _within(s, query)]
    if after:
        start_s, segment_id = json.loads(after)
        lines = [s for s in lines if _place(s) > (start_s, segment_id)]
    page, rest = lines[: query.limit], lines[query.limit :]
    return TranscriptPage(
        meeting_id=reading.meeting.id,
        version=reading.version,
        versions=tuple(reading.versions),
        participants=tuple(
            PersonTold(id=p.id, name=p.name, joined_s=p.joined_s, left_s=p.left_s)
            for p in reading.participants
        ),
        segments=tuple(
            SegmentTold.of(s, s.id in reading.corrected, query.language, query.words) for s in page
        ),
        next_cursor=cursors.sign(json.dumps(_place(page[-1])) if rest else ""),
    )


async def correct_segment(call: Call[Nothing, Correction]) -> SegmentTold:
    """Corrects what was said, or who said it; the original is kept, and comes back with an empty
    text or speaker."""
    given, desk = call.body, call.desks.transcripts
    meeting_id, segment_id = await call.meeting_id(), call.path("segment_id")
    if given.speaker is not None:
        segment = await desk.reassign(meeting_id, segment_id, given.speaker)
    if given.text is not None:
        segment = await desk.correct(meeting_id, segment_id, given.text)
    reading = await desk.read(meeting_id)
    return SegmentTold.of(segment, segment_id in reading.corrected)


async def rename_speaker(call: Call[Nothing, Rename]) -> Renamed:
    """Renames a speaker everywhere in the meeting."""
    given = call.body
    number = await call.desks.transcripts.rename(await call.meeting_id(), given.speaker, given.name)
    return Renamed(segments=number)


async def export_transcript(call: Call[ExportQuery, Nothing]) -> web.Response:
    """Gives the transcript as a file."""
    query = call.query
    options = {
        "languages": ",".join(query.language),
        "mode": query.mode,
        "version": query.version,
    }
    file = await call.desks.transcripts.export(
        await call.meeting_id(),
        query.format,
        {name: value for name, value in options.items() if value},
    )
    return web.Response(
        body=file.content,
        headers={"Content-Type": file.media_type, "Content-Disposition": _attachment(file.name)},
    )


async def search(call: Call[SearchQuery, Nothing]) -> HitsPage:
    """Finds what was said, in any meeting and any language."""
    query, cursors = call.query, cursors_of(call)
    meeting_id = query.meeting_id
    if meeting_id:
        meeting_id = (await call.desks.meetings.entry(meeting_id)).meeting.id
    found = await call.desks.transcripts.search(
        Query(
            text=query.q,
            speaker=query.speaker,
            language=query.language,
            meeting_id=meeting_id,
            since=query.since,
            until=query.until,
            limit=query.limit,
            cursor=cursors.open(query.cursor),
        )
    )
    return HitsPage(
        hits=tuple(HitTold.of(hit) for hit in found.hits),
        total=found.total,
        next_cursor=cursors.sign(found.cursor),
    )


def _place(segment: Segment) -> tuple[float, str]:
    return segment.start_s, segment.id


def _within(segment: Segment, query: TranscriptQuery) -> bool:
    early = query.from_s is not None and segment.end_s <= query.from_s
    late = query.to_s is not None and segment.start_s >= query.to_s
    return not early and not late


def _attachment(name: str) -> str:
    """Names the file for old and new programs; nothing in the name ends the header."""
    name = clean(name, 150).replace("/", "_").replace("\\", "_") or "transcript"
    plain = "".join(char if char.isalnum() or char in "._- " else "_" for char in name)
    plain = plain.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
