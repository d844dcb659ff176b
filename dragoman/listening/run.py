"""Hears the sound of a browser as a meeting, until somebody ends it."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from domain.clock import MeetingClock
from domain.errors import DragomanError
from domain.events import Event, Notice, Retargeted
from domain.hints import Hint, LoudnessHint, RosterHint
from domain.meetings import Ending, Meeting, MeetingState, Reason
from dragoman import console
from dragoman.controls import SessionControls
from dragoman.facts import FactKeeper
from dragoman.failures import first_failure
from dragoman.heartbeat import heartbeats
from dragoman.hub import Hub
from dragoman.listening.sound import BrowserSound
from dragoman.loopback import served
from dragoman.meeting_row import own_meeting
from dragoman.pause import Pause
from dragoman.people import Attendance
from dragoman.session import REST_S
from dragoman.settings import Settings
from dragoman.signals import StopSignals
from dragoman.stage import Stage, StageSettings, build_stage, open_engines
from dragoman.steps import Steps
from dragoman.store import Stores
from dragoman.targets import Targets
from dragoman.webcam import webcams
from dragoman.wiring import overlay_settings
from overlay.overlay import Overlay
from overlay.sinks.mjpeg import MjpegFeed
from web.access import Access
from web.capture import CapturePage
from web.live import LivePage
from web.live_state import LiveState

log = logging.getLogger(__name__)

LINK = "browser:"


async def listen(settings: Settings, stores: Stores) -> Meeting:
    """The stored meeting after its end. Raises DragomanError; a failure is stored too."""
    meeting = own_meeting(LINK, "browser", settings)
    await stores.meetings.create(meeting)
    hub = Hub()
    steps = Steps(meeting.id, meeting.state, stores.meetings, hub)
    with StopSignals() as signals:
        ending = Ending(Reason.STOPPED, "asked to stop at once")
        try:
            ending = await _serve(meeting, settings, stores, steps, (hub, signals))
        except asyncio.CancelledError:
            if not signals.asked.is_set():
                raise
            signals.forgive()
        except BaseException as failure:
            first = first_failure(failure)
            evidence = first.message if isinstance(first, DragomanError) else type(first).__name__
            await steps.take(MeetingState.FAILED, Reason.INTERNAL_ERROR, evidence)
            raise first from failure
    await steps.take(ending.state, ending.reason, ending.evidence)
    found = await stores.meetings.get(meeting.id)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class _Room:
    """What stands while a browser's sound is heard."""

    clock: MeetingClock
    sound: BrowserSound
    pause: Pause
    stage: Stage
    over: asyncio.Future[Reason]


async def _serve(
    meeting: Meeting,
    settings: Settings,
    stores: Stores,
    steps: Steps,
    ways: tuple[Hub, StopSignals],
) -> Ending:
    hub, signals = ways
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(heartbeats(meeting.id, stores.bots))
        facts = await stack.enter_async_context(
            FactKeeper(meeting.id, stores.facts, stores.transcripts)
        )
        hub.on(facts.note)
        hub.on(_tell)
        room = await stack.enter_async_context(_room(meeting, settings, stores, hub))
        signals.leave = partial(_end, room.over)
        people = Attendance()
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(_hear(room, people, hub))
            first = group.create_task(_note_first_sound(room.sound, steps))
            reason = await room.over
            first.cancel()
            room.sound.stop()
            _, late = await asyncio.wait({hearing}, timeout=REST_S)
            if late:
                log.warning("the last sound was not all recognised in time")
                hearing.cancel()
        room.pause.end()
        await room.stage.captioner.flush()
        present = people.at_end(room.clock.now_s())
        await stores.transcripts.write_participants(meeting.id, present)
        await steps.take(MeetingState.LEAVING, reason)
    return Ending(reason)


def _end(over: "asyncio.Future[Reason]", reason: Reason) -> None:
    if not over.done():
        over.set_result(reason)


@asynccontextmanager
async def _room(
    meeting: Meeting, settings: Settings, stores: Stores, hub: Hub
) -> AsyncIterator[_Room]:
    """Engines, picture, pages and pipeline; says where the pages are."""
    live = LiveState("Browser", meeting.languages)
    hub.on(live.apply)
    async with AsyncExitStack() as stack:
        engines = await stack.enter_async_context(open_engines(settings, hub, stores))
        clock, feed = MeetingClock.start(), MjpegFeed()
        look = overlay_settings(meeting, settings)
        sinks = [feed, *await webcams(settings.camera.webcam, clock, hub.publish)]
        overlay = await stack.enter_async_context(Overlay(look, clock, sinks, hub.publish))
        sound, pause = BrowserSound(clock, hub.publish), Pause(hub.publish, clock.now_s)
        over: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()
        targets = Targets(meeting.languages)
        targets.on(lambda codes: hub.publish(Retargeted(codes)))
        controls = SessionControls(settings.camera, targets, live.dress, meeting.name)
        controls.attach(overlay, look, pause)
        controls.begin(partial(_end, over))
        token = secrets.token_urlsafe(24)
        app = web.Application()
        LivePage(token, hub.subscribe, live.snapshot, feed.frames, controls).add_routes(app)
        CapturePage(Access(token), sound.take, sound.came).add_routes(app)
        port = await stack.enter_async_context(served(app, settings.web.port))
        here = f"http://127.0.0.1:{port}"
        await stores.meetings.update(
            meeting.id, began_at=clock.began_at, endpoint=f"{here}/live?token={token}"
        )
        how = StageSettings(clock, captions=False, sinks=(overlay,))
        stage = await stack.enter_async_context(
            build_stage(meeting, engines, settings, stores, hub, how)
        )
        stack.enter_context(targets.followed(stage.captioner.translate_into))
        await stack.enter_async_context(targets.tending())
        console.say(f"Give sound: {here}/capture?token={token}")
        console.say(f"Live page:  {here}/live?token={token}")
        yield _Room(clock, sound, pause, stage, over)


async def _hear(room: _Room, people: Attendance, hub: Hub) -> None:
    async def noticed() -> AsyncIterator[Hint]:
        async for hint in room.sound.hints():
            if isinstance(hint, RosterHint):
                people.take(hint)
            if isinstance(hint, RosterHint | LoudnessHint):
                hub.publish(hint)
            yield hint

    try:
        await room.stage.listener.run(room.pause.frames(room.sound.frames()), noticed())
    except Exception:
        log.exception("hearing failed")
        _end(room.over, Reason.INTERNAL_ERROR)


async def _note_first_sound(sound: BrowserSound, steps: Steps) -> None:
    await sound.heard.wait()
    await steps.take(MeetingState.JOINING, Reason.BROWSER_READY, "a page gives sound")
    await steps.take(MeetingState.IN_MEETING, Reason.ADMITTED, "sound arrives")


def _tell(event: Event) -> None:
    if isinstance(event, Notice):
        console.say(event.text, style="dim")
