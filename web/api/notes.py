"""Notes: what a meeting came to, and questions to it."""

from web.api.call import Call
from web.api.models import Nothing
from web.api.notes_models import (
    AnswerTold,
    CatchUpQuery,
    MakeNotes,
    NotesQuery,
    NotesTold,
    Question,
)
from web.api.problems import not_found


async def get_notes(call: Call[NotesQuery, Nothing]) -> NotesTold:
    """Reads the notes that were made."""
    notes = await call.desks.notes.notes(await call.meeting_id(), call.query.language)
    if notes is None:
        raise not_found("There are no notes of this meeting yet.", "Make them: POST here.")
    return NotesTold.of(notes)


async def make_notes(call: Call[Nothing, MakeNotes]) -> NotesTold:
    """Makes notes now, in the place of those before; may take a minute or more."""
    return NotesTold.of(await call.desks.notes.make(await call.meeting_id(), call.body.language))


async def ask_meeting(call: Call[Nothing, Question]) -> AnswerTold:
    """Answers a question from the transcript alone, with the places that show it."""
    given = call.body
    return AnswerTold.of(
        await call.desks.notes.ask(await call.meeting_id(), given.question, given.language)
    )


async def catch_up(call: Call[CatchUpQuery, Nothing]) -> NotesTold:
    """Tells somebody who comes late what was missed, in their language."""
    query = call.query
    return NotesTold.of(
        await call.desks.notes.catch_up(await call.meeting_id(), query.language, query.until_s)
    )
