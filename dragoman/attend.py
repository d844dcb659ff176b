"""Runs one meeting in this process and tells the terminal how it goes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from domain.errors import BrowserError, DragomanError, MissingError, UsageError
from domain.events import Event, Notice
from domain.links import MeetingLink
from domain.meetings import ENDINGS, Ending, Meeting, MeetingState, Reason, StateChange
from dragoman import console
from dragoman.endpoint import answers
from dragoman.evidence.keeper import failure_kept
from dragoman.failures import first_failure, storage_failure
from dragoman.logs import bot_log, event_log
from dragoman.meeting_row import own_meeting
from dragoman.refine.kept import keep_traces
from dragoman.session import Session
from dragoman.settings import Settings
from dragoman.signals import StopSignals
from dragoman.store import Stores, open_stores
from dragoman.wiring import build_crew

log = logging.getLogger(__name__)


def attend_new(link: MeetingLink, settings: Settings) -> int:
    """Stores a new meeting and attends it. Returns the process's exit code."""
    return asyncio.run(_new(link, settings))


def attend_stored(meeting_id: str, settings: Settings) -> int:
    """Attends a meeting that is stored. Returns the process's exit code."""
    return asyncio.run(_stored(meeting_id, settings))


async def _new(link: MeetingLink, settings: Settings) -> int:
    async with open_stores(settings) as stores:
        meeting = own_meeting(link.short, link.code, settings)
        await stores.meetings.create(meeting)
        return await _attend(meeting, settings, stores, aloud=True)


async def _stored(meeting_id: str, settings: Settings) -> int:
    async with open_stores(settings) as stores:
        meeting = await stores.meetings.get(meeting_id)
        if meeting is None:
            raise UsageError(f"There is no meeting {meeting_id!r}.", "See: dragoman meetings")
        if meeting.state in ENDINGS or meeting.state is MeetingState.LEAVING:
            raise UsageError(
                f"The meeting {meeting.id[:8]} has ended.", "Join again: dragoman join LINK"
            )
        if meeting.endpoint and await answers(meeting.endpoint):
            raise UsageError(
                f"A bot attends the meeting {meeting.id[:8]} already.", "See: dragoman meetings"
            )
        facts = await stores.facts.facts(meeting.id)
        return await _attend(meeting, _as_invited(settings, facts), stores, aloud=False)


def _as_invited(settings: Settings, facts: Mapping[str, str]) -> Settings:
    """The settings with what the invitation said: languages that are spoken, names."""
    spoken = tuple(code for code in facts.get("spoken", "").split(",") if code)
    terms = tuple(term for term in facts.get("terms", "").splitlines() if term)
    hearing = settings.hearing.model_copy(
        update={
            "languages": spoken or settings.hearing.languages,
            "terms": (*settings.hearing.terms, *terms),
        }
    )
    recording = settings.recording
    if facts.get("record"):
        recording = recording.model_copy(update={"on": facts["record"] == "yes"})
    return settings.model_copy(update={"hearing": hearing, "recording": recording})


async def _attend(meeting: Meeting, settings: Settings, stores: Stores, *, aloud: bool) -> int:
    """`aloud`: to a person; else into a file, no place for the page's key and what people write."""
    folder = settings.data_dir / "meetings" / meeting.id
    with bot_log(folder, meeting.id), failure_kept(folder):
        ending = await _run(meeting, settings, stores, aloud)
        await _keep_sound(meeting, settings, stores)
    console.say(
        f"{ending.state.value}: {ending.reason.value.replace('_', ' ')}"
        + (f" ({ending.evidence})" if ending.evidence else "")
    )
    if ending.state is MeetingState.ENDED:
        data = "" if settings.data == Settings().data else f" --data {settings.data}"
        console.say(f"Transcript: dragoman export {meeting.id[:8]} --format md{data}")
    return ending.exit_code


async def _run(meeting: Meeting, settings: Settings, stores: Stores, aloud: bool) -> Ending:
    with StopSignals() as signals:
        try:
            async with build_crew(meeting, settings, stores) as crew:
                crew.hub.on(event_log())
                if aloud:
                    crew.hub.on(_teller())
                    console.say(f"Live page: {crew.live_url}")
                session = Session(crew)
                signals.leave = session.stop
                crew.controls.begin(session.stop)
                ending = await session.run()
                if settings.web.keep:
                    await signals.asked.wait()
                return ending
        except asyncio.CancelledError:
            if not signals.asked.is_set():
                raise
            signals.forgive()
            ending = Ending(Reason.STOPPED, "asked to stop at once")
            await _failed(meeting, stores, ending)
            return ending
        except Exception as error:
            raise await _explain(first_failure(error), meeting, settings, stores) from error


async def _keep_sound(meeting: Meeting, settings: Settings, stores: Stores) -> None:
    """Notes the sound that was traced, for a second pass."""
    if settings.measure is None or settings.recording.on:
        return
    try:
        await keep_traces(stores.sounds, meeting.id, settings.measure)
    except (DragomanError, OSError) as error:
        log.warning("the traced sound cannot be noted: %s", type(error).__name__)


async def _explain(
    failure: BaseException, meeting: Meeting, settings: Settings, stores: Stores
) -> DragomanError:
    """Stores the failure and puts it into words for people."""
    if isinstance(failure, OSError):
        failure = storage_failure(failure)
    if isinstance(failure, BrowserError):
        await _failed(meeting, stores, Ending(Reason.BROWSER_FAILED, failure.message))
        return failure
    if isinstance(failure, UsageError | MissingError):
        await _failed(meeting, stores, Ending(Reason.NOT_SET_UP, failure.message))
        return failure
    if isinstance(failure, DragomanError):
        await _failed(meeting, stores, Ending(Reason.INTERNAL_ERROR, failure.message))
        return failure
    log.error("the session failed", exc_info=failure)
    await _failed(meeting, stores, Ending(Reason.INTERNAL_ERROR, type(failure).__name__))
    folder = settings.data_dir / "meetings" / meeting.id
    return DragomanError(
        f"The bot failed: {type(failure).__name__}.", f"Its log: {folder / 'bot.log'}"
    )


async def _failed(meeting: Meeting, stores: Stores, ending: Ending) -> None:
    change = StateChange(ending.state, ending.reason, datetime.now(UTC), ending.evidence)
    try:
        now = await stores.meetings.get(meeting.id)
        if now is not None and now.state in ENDINGS:
            return
        await stores.meetings.change(meeting.id, change)
    except DragomanError:
        log.warning("the failure could not be stored")


def _teller() -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if isinstance(event, StateChange):
            evidence = f"  {event.evidence}" if event.evidence else ""
            console.say(f"{event.at.astimezone():%H:%M:%S}  {event.state.value}{evidence}")
        elif isinstance(event, Notice):
            console.say(f"          {event.text}", style="dim")

    return tell
