"""Notes of this installation's meetings."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from domain.engines import load
from domain.errors import UsageError
from domain.languages import parse_language
from domain.serving import Answer, Notes
from domain.text import clean
from dragoman.groups.after import NotesGroup
from dragoman.serve.transcripts import SqlTranscriptDesk
from notes import ENGINES
from notes.extractive import ExtractiveWriter
from notes.openai import OpenAISettings
from notes.port import NotesWriter, Talk, talk_of
from storage.database import Database
from storage.notes import SqlNoteStore

LONGEST_QUESTION = 1000


class StoredNotesDesk:
    """The NotesDesk port: an engine, the transcripts, and where notes are kept.

    Catch-up always takes sentences of the meeting: it is asked for often and must come at once.
    """

    def __init__(
        self, database: Database, transcripts: SqlTranscriptDesk, writer: NotesWriter
    ) -> None:
        self._store = SqlNoteStore(database)
        self._transcripts = transcripts
        self._writer = writer
        self._at_once = ExtractiveWriter()
        self._making: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def notes(self, meeting_id: str, language: str = "") -> Notes | None:
        """The notes that were made, in a language or the newest."""
        talk = await self._talk(meeting_id, language)
        return await self._store.notes(talk.meeting_id, talk.language if language else "")

    async def make(self, meeting_id: str, language: str = "") -> Notes:
        """Makes them, now, and stores them. Raises EngineError, UsageError."""
        talk = await self._talk(meeting_id, language)
        if not talk.lines:
            raise UsageError("Nothing was said in this meeting.", "There is nothing to note.")
        async with self._making[talk.meeting_id, talk.language]:
            notes = await self._writer.write(talk)
            await self._store.save(notes)
        return notes

    async def ask(self, meeting_id: str, question: str, language: str = "") -> Answer:
        """Answers from the transcript alone."""
        asked = clean(question, LONGEST_QUESTION)
        if not asked:
            raise UsageError("There is no question.", "Ask something.")
        return await self._writer.answer(await self._talk(meeting_id, language), asked)

    async def catch_up(self, meeting_id: str, language: str, until_s: float) -> Notes:
        """What was missed so far, in the viewer's language as far as it was translated."""
        talk = await self._talk(meeting_id, language)
        lines = tuple(line for line in talk.lines if line.start_s < until_s)
        return await self._at_once.write(replace(talk, lines=lines))

    async def _talk(self, meeting_id: str, language: str) -> Talk:
        code = parse_language(language) if language else ""
        read = await self._transcripts.load(meeting_id)
        return talk_of(read.meeting.id, read.segments, code)


@asynccontextmanager
async def open_writer(settings: NotesGroup) -> AsyncIterator[NotesWriter]:
    """The engine that the settings ask for. Raises UsageError where its server is not set."""
    name = settings.engine
    if name == "auto":
        name = "openai" if settings.openai_url else "extractive"
    if name == "openai" and not settings.openai_url:
        raise UsageError("The notes engine openai has no server.", "Set notes.openai_url.")
    arguments = (_server(settings),) if name == "openai" else ()
    writer: NotesWriter = load(ENGINES, name)(*arguments)
    try:
        yield writer
    finally:
        await writer.aclose()


def _server(settings: NotesGroup) -> OpenAISettings:
    return OpenAISettings(
        base_url=settings.openai_url,
        model=settings.openai_model,
        api_key=settings.openai_key.get_secret_value(),
        timeout_s=settings.timeout_s,
        budget=settings.budget,
    )
