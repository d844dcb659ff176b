"""What was said in a meeting: to read, to put right, to ask about and to take away."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from domain.errors import UsageError
from domain.languages import NAMES
from domain.serving import Answer, MeetingEntry, Reading
from web.pages.answers import done, fields, needed, part, wants_json
from web.pages.desks import Desks
from web.pages.player import lost, word_times
from web.pages.turns import turns
from web.templating import HEADERS, render

FORMATS = {
    "txt": "Plain text", "md": "Markdown", "srt": "Subtitles (SRT)", "vtt": "Subtitles (WebVTT)",
    "docx": "Word document", "pdf": "PDF", "csv": "Table (CSV)", "json": "JSON, everything",
}  # fmt: skip
PREVIEWED = frozenset({"txt", "md", "srt", "vtt", "json", "csv"})
PREVIEW = 3000
"""Characters."""
COLUMNS = 2
"""Translations that are shown beside the original unless others are asked for."""


class TranscriptPage:
    """The page of a meeting that is over, and what may be done there."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def show(
        self, request: web.Request, entry: MeetingEntry, answer: tuple[str, Answer] | None = None
    ) -> web.Response:
        """GET /meetings/ID with ?version, ?show (languages), ?edit (a line)."""
        meeting_id = entry.meeting.id
        reading, sound, notes, jobs = await asyncio.gather(
            self._desks.transcripts.read(meeting_id, request.query.get("version", "")),
            part(self._desks.sound.soundtrack(meeting_id)),
            part(self._desks.notes.notes(meeting_id)),
            part(self._desks.jobs.jobs(meeting_id)),
        )
        evidence = await part(self._desks.evidence.items(meeting_id))
        there = languages_of(reading)
        asked = [code for code in request.query.get("show", "").split(",") if code in there]
        shown = asked if "show" in request.query else there[:COLUMNS]
        return render(
            request, "pages/transcript.html", entry=entry, meeting=entry.meeting, reading=reading,
            turns=turns(reading, shown), languages=there, shown=shown, notes=notes, jobs=jobs,
            edit=request.query.get("edit", ""), formats=FORMATS, answer=answer,
            speakers=_speakers(reading), sound=sound.value, times=word_times, lost=lost,
            evidence=evidence.value, live=False,
        )  # fmt: skip

    async def rename(self, request: web.Request) -> web.Response:
        """POST /meetings/ID/speakers"""
        given = await fields(request)
        meeting_id = request.match_info["meeting"]
        name = needed(given, "name", "The name")[:80]
        count = await self._desks.transcripts.rename(meeting_id, given.get("speaker", ""), name)
        return done(request, f"/meetings/{meeting_id}", count=count, name=name)

    async def correct(self, request: web.Request) -> web.Response:
        """POST /meetings/ID/lines/LINE with text, speaker (a name or an id; `was` is the one that
        the form showed) or back; what is empty takes a correction back."""
        given = await fields(request)
        meeting_id, line = request.match_info["meeting"], request.match_info["line"]
        desk = self._desks.transcripts
        speaker = given.get("speaker", "").strip()
        if given.get("back"):
            await desk.reassign(meeting_id, line, "")
        elif "speaker" in given and speaker != given.get("was"):
            segment = await desk.reassign(meeting_id, line, speaker[:80])
        if "text" in given or "speaker" not in given:
            text = "" if given.get("back") else given.get("text", "")
            segment = await desk.correct(meeting_id, line, text)
        key = segment.participant_id or segment.speaker
        return done(
            request, f"/meetings/{meeting_id}#{line}",
            text=segment.text, speaker=segment.speaker, key=key,
        )  # fmt: skip

    async def ask(self, request: web.Request) -> web.Response:
        """POST /meetings/ID/ask"""
        question = needed(await fields(request), "question", "The question")[:500]
        entry = await self._desks.meetings.entry(request.match_info["meeting"])
        answer = await self._desks.notes.ask(entry.meeting.id, question)
        if wants_json(request):
            return done(request, "", text=answer.text, engine=answer.engine,
                        citations=[{"text": p.text, "at_s": p.at_s, "ids": list(p.segment_ids)}
                                   for p in answer.citations])  # fmt: skip
        return await self.show(request, entry, (question, answer))

    async def export(self, request: web.Request) -> web.Response:
        """GET /meetings/ID/export with ?format, ?language (several), ?mode, ?version."""
        file = await self._desks.transcripts.export(
            request.match_info["meeting"], request.query.get("format", "txt"), _options(request)
        )
        return web.Response(
            body=file.content,
            headers={**HEADERS, "Content-Type": file.media_type, **attachment(file.name)},
        )

    async def preview(self, request: web.Request) -> web.Response:
        """GET /meetings/ID/preview: the beginning of an export, for a script to show."""
        format = request.query.get("format", "txt")
        if format not in PREVIEWED:
            text = "This format has no preview."
            return web.json_response({"text": text, "more": False}, headers=HEADERS)
        file = await self._desks.transcripts.export(
            request.match_info["meeting"], format, _options(request)
        )
        text = file.content.decode("utf-8", "replace")
        more = len(text) > PREVIEW
        return web.json_response({"text": text[:PREVIEW], "more": more}, headers=HEADERS)


def attachment(name: str) -> dict[str, str]:
    """The header that makes a browser save a file under a name."""
    name = "".join(c if c.isalnum() or c in "-_. " else "-" for c in name)[:120]
    plain = name.encode("ascii", "replace").decode().replace("?", "-")
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"}


def languages_of(reading: Reading) -> list[str]:
    """Languages that something was translated into, those of the meeting first."""
    found = {each.language for segment in reading.segments for each in segment.translations}
    return [code for code in dict.fromkeys((*reading.meeting.languages, *sorted(found)))
            if code in found]  # fmt: skip


def _speakers(reading: Reading) -> Sequence[tuple[str, str, int, float]]:
    """(key, name, colour, seconds) of everybody who spoke, in order of their first words."""
    spoke: dict[str, tuple[str, float]] = {}
    for segment in reading.segments:
        key = segment.participant_id or segment.speaker
        before = spoke.get(key, ("", 0.0))[1]
        spoke[key] = (segment.speaker, before + max(0.0, segment.end_s - segment.start_s))
    return [(key, name, number % 7, seconds)
            for number, (key, (name, seconds)) in enumerate(spoke.items())]  # fmt: skip


def _options(request: web.Request) -> dict[str, str]:
    languages = request.query.getall("language", [])
    if any(code not in NAMES for code in languages):
        raise UsageError("Unknown language.", "Choose one of those that are offered.")
    return {
        "languages": ",".join(languages),
        "mode": request.query.get("mode", "")[:20],
        "version": request.query.get("version", "")[:20],
    }
