"""Hears one recording as a meeting: stores it, traces it and writes its folder."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from domain.clock import MeetingClock
from domain.errors import DragomanError, StorageError
from domain.events import Event, Notice
from domain.hints import CaptionHint, Hint, LoudnessHint, RosterHint
from domain.meetings import Meeting, MeetingState, Reason
from domain.people import Participant
from dragoman import console
from dragoman.facts import FactKeeper
from dragoman.failures import first_failure
from dragoman.heartbeat import heartbeats
from dragoman.hintfile import TimedHint
from dragoman.hub import Hub
from dragoman.meeting_row import own_meeting
from dragoman.people import Attendance
from dragoman.progress import HeardBar
from dragoman.refine.kept import keep_file
from dragoman.settings import Settings
from dragoman.signals import StopSignals
from dragoman.stage import Stage, StageSettings, build_stage, open_engines
from dragoman.steps import Steps
from dragoman.store import Stores, read_transcript
from dragoman.trace import Trace
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.feed import Feed
from dragoman.transcribe.moments import Recording
from dragoman.transcribe.picture import picture
from dragoman.transcribe.stage import check_recognizer, keep_up
from storage.export.folder import write_folder

log = logging.getLogger(__name__)

MOST_WAITING = 16
"""Sentences that may wait for translation before the sound goes on."""
FLUSH_S = 60.0
"""Longest wait for the last translations."""


@dataclass(frozen=True, slots=True)
class Job:
    """One recording and what is to become of it."""

    name: str
    """As people know it: the file's name."""
    link: str
    """Where the sound came from, in place of a meeting's link."""
    recording: Recording
    hints: Sequence[TimedHint]
    out: Path
    realtime: bool = False
    sound: Path | None = None
    """The file that a second pass can hear again."""
    exact: bool = False
    """The same input gives the same transcript: the sound waits for every translation."""


async def hear(job: Job, settings: Settings, stores: Stores) -> Reason:
    """SOUND_ENDED, or STOPPED by a signal with what was heard until then kept.

    Raises DragomanError; the failure is stored.
    """
    meeting = own_meeting(job.link, job.name, settings)
    await stores.meetings.create(meeting)
    hub = Hub()
    steps = Steps(meeting.id, meeting.state, stores.meetings, hub)
    with StopSignals() as signals:
        try:
            reason, finding = await _with_trace(job, meeting, settings, stores, (hub, signals))
        except asyncio.CancelledError:
            if not signals.asked.is_set():
                raise
            signals.forgive()
            reason, finding = Reason.STOPPED, "asked to stop at once"
        except Exception as failure:
            first = first_failure(failure)
            await steps.take(MeetingState.FAILED, Reason.INTERNAL_ERROR, _evidence(first))
            if isinstance(first, DragomanError):
                raise first from failure
            raise
    await steps.take(MeetingState.ENDED, reason, finding)
    if job.sound is not None:
        length_s = job.recording.length_s or 0.0
        await keep_file(stores.sounds, meeting.id, job.sound, job.recording.tracks, length_s)
    transcript = await read_transcript(stores, meeting.id)
    await asyncio.to_thread(write_folder, transcript, job.out)
    if finding:
        console.say(finding)
    words = sum(len(segment.words) for segment in transcript.segments)
    console.say(f"{job.name}: {words} words in {job.out}/  (dragoman export {meeting.id[:8]})")
    if job.sound is not None and words and not any(s.speaker for s in transcript.segments):
        console.say(f"Voices are told apart by the second pass: dragoman refine {meeting.id[:8]}")
    return reason


async def _with_trace(
    job: Job,
    meeting: Meeting,
    settings: Settings,
    stores: Stores,
    ways: tuple[Hub, StopSignals],
) -> tuple[Reason, str]:
    hub, signals = ways
    clock = MeetingClock.start() if job.realtime else StreamClock()
    captions = any(isinstance(timed.hint, CaptionHint) for timed in job.hints)
    stepped = not job.realtime
    how = StageSettings(clock, stepped=stepped, captions=captions, flush_s=FLUSH_S)
    async with AsyncExitStack() as stack:
        trace = Trace(job.out)
        try:
            stack.enter_context(trace)
        except OSError as error:
            raise StorageError(
                f"The folder {job.out} takes no files: {error.strerror}.",
                "Choose another: --out DIR",
            ) from error
        await stack.enter_async_context(heartbeats(meeting.id, stores.bots))
        facts = await stack.enter_async_context(
            FactKeeper(meeting.id, stores.facts, stores.transcripts)
        )
        for watcher in (trace.event, facts.note, _tell):
            hub.on(watcher)
        engines = await stack.enter_async_context(open_engines(settings, hub, stores))
        check_recognizer(engines.recognizer, settings.hearing.languages, captions=captions)
        drawn = await stack.enter_async_context(picture(meeting, settings, clock, hub))
        how = replace(how, sinks=drawn)
        stage = await stack.enter_async_context(
            build_stage(meeting, engines, settings, stores, hub, how)
        )
        trace.clock(clock)
        await stores.meetings.update(meeting.id, began_at=clock.began_at)
        bar = stack.enter_context(HeardBar(job.name, job.recording.length_s))
        waiting = 0 if job.exact else MOST_WAITING
        pace = partial(keep_up, stage, clock, waiting)
        feed = Feed(job.recording, job.hints, clock, keep_up=pace, progress=bar)
        signals.leave = lambda _reason: feed.stop()
        await _listen(job, meeting, stage, feed, stores)
        finding = job.recording.findings() if not feed.stopped else ""
        if finding:
            hub.publish(Notice("recording", finding, clock.now_s()))
        if feed.stopped:
            return Reason.STOPPED, f"stopped after {feed.heard_s:.1f} s of sound"
        return Reason.SOUND_ENDED, finding


async def _listen(job: Job, meeting: Meeting, stage: Stage, feed: Feed, stores: Stores) -> None:
    people = Attendance()

    async def noticed() -> AsyncIterator[Hint]:
        for hint in _channels(job.recording.tracks, job.hints):
            if isinstance(hint, RosterHint):
                people.take(hint)
            yield hint
        async for hint in feed.hints():
            if isinstance(hint, RosterHint):
                people.take(hint)
                stage.captioner.names(hint.participants)
            yield hint

    await stage.listener.run(feed.frames(), noticed())
    await stage.captioner.flush()
    present = people.at_end(feed.heard_s)
    await stores.transcripts.write_participants(meeting.id, present)


def _channels(tracks: Sequence[str], hints: Sequence[TimedHint]) -> list[Hint]:
    """Several channels of a file are several speakers, unless hints know better."""
    if len(tracks) < 2 or hints:
        return []
    people = tuple(Participant(track, track.replace("-", " ").capitalize()) for track in tracks)
    return [
        RosterHint(people, 0.0),
        *(LoudnessHint(track, track, 1.0, 0.0) for track in tracks),
    ]


def _tell(event: Event) -> None:
    if isinstance(event, Notice) and event.kind != "recording":
        console.say(event.text, style="dim")


def _evidence(failure: BaseException) -> str:
    if isinstance(failure, DragomanError):
        return failure.message
    log.error("a recording could not be heard", exc_info=failure)
    return type(failure).__name__
