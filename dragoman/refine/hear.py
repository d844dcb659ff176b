"""The two halves of the second pass through the pipeline: hearing, and saying it anew."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.hints import CaptionHint, Hint, LoudnessHint, RosterHint
from domain.meetings import Meeting
from domain.people import Participant
from domain.speech import SpokenUpdate
from domain.transcripts import Segment
from dragoman.failures import storage_failure
from dragoman.hintfile import TimedHint
from dragoman.hub import Hub
from dragoman.progress import HeardBar
from dragoman.settings import Settings
from dragoman.stage import Engines, Stage, StageSettings, build_stage
from dragoman.store import Stores
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.feed import Feed
from dragoman.transcribe.moments import Recording
from dragoman.transcribe.stage import keep_up
from storage.memory import MemoryTranscriptStore

MOST_WAITING = 16
FLUSH_S = 120.0


class Pass:
    """What both halves need; what they make lies in memory until all of it is there."""

    def __init__(self, meeting: Meeting, settings: Settings, stores: Stores, hub: Hub) -> None:
        self.meeting = meeting
        self.settings = settings
        self._stores = stores
        self.hub = hub

    async def hear(
        self, recording: Recording, hints: Sequence[TimedHint], engines: Engines
    ) -> list[Segment]:
        """Everything that was said, without translations. Raises DragomanError."""
        meeting = replace(self.meeting, languages=())
        clock = StreamClock()
        async with self._stage(meeting, engines, clock) as (stage, memory):
            with HeardBar("hearing", recording.length_s) as bar:
                pace = partial(keep_up, stage, clock, MOST_WAITING)
                timed = [each for each in hints if not isinstance(each.hint, CaptionHint)]
                feed = Feed(recording, timed, clock, keep_up=pace, progress=bar)
                await stage.listener.run(feed.frames(), _noticed(stage, feed, recording, hints))
                await stage.captioner.flush()
        return list(await memory.segments(meeting.id))

    async def say(
        self, pieces: Sequence[Segment], people: Sequence[Participant], engines: Engines
    ) -> list[Segment]:
        """The pieces as sentences with their translations. Raises DragomanError."""
        clock = StreamClock()
        end_s = max((piece.end_s for piece in pieces), default=0.0)
        async with self._stage(self.meeting, engines, clock) as (stage, memory):
            stage.captioner.names(people)
            with HeardBar("translating", end_s) as bar:
                for piece in pieces:
                    clock.advance_to(piece.end_s)
                    await stage.captioner.take(_update(piece))
                    await keep_up(stage, clock, MOST_WAITING)
                    bar(piece.end_s)
                await stage.captioner.flush()
        return list(await memory.segments(self.meeting.id))

    @asynccontextmanager
    async def _stage(
        self, meeting: Meeting, engines: Engines, clock: StreamClock
    ) -> AsyncIterator[tuple[Stage, MemoryTranscriptStore]]:
        memory = MemoryTranscriptStore()
        stores = replace(self._stores, transcripts=memory)
        how = StageSettings(clock, stepped=True, captions=False, flush_s=FLUSH_S)
        with _scratch() as folder:
            settings = self.settings.model_copy(update={"data": Path(folder)})
            async with build_stage(meeting, engines, settings, stores, self.hub, how) as stage:
                yield stage, memory


def _scratch() -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(prefix="dragoman-refine-")
    except OSError as error:
        raise storage_failure(error) from error


async def _noticed(
    stage: Stage, feed: Feed, recording: Recording, hints: Sequence[TimedHint]
) -> AsyncIterator[Hint]:
    for hint in _channels(recording.tracks, hints):
        yield hint
    async for hint in feed.hints():
        if isinstance(hint, RosterHint):
            stage.captioner.names(hint.participants)
        yield hint


def _channels(tracks: Sequence[str], hints: Sequence[TimedHint]) -> list[Hint]:
    """Several channels of a file are several speakers, as in the first pass."""
    if hints or not all(track.startswith("channel-") for track in tracks):
        return []
    people = tuple(Participant(track, track.replace("-", " ").capitalize()) for track in tracks)
    return [RosterHint(people, 0.0), *(LoudnessHint(t, t, 1.0, 0.0) for t in tracks)]


def _update(piece: Segment) -> SpokenUpdate:
    return SpokenUpdate(
        utterance_id=f"refined/{piece.id}",
        participant_id=piece.participant_id,
        speaker=piece.speaker,
        language=piece.language,
        words=piece.words,
        stable=len(piece.words),
        final=True,
        start_s=piece.start_s,
        end_s=piece.end_s,
        engine=piece.engine,
        doubt=piece.doubt,
        punctuated=True,
        sound=piece.sound,
        other=piece.other,
    )
