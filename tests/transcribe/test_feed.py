"""Recorded sound through the listener: nothing is dropped, and time is the sound's time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from domain.clock import MeetingClock
from domain.events import Event, Notice
from domain.hints import CaptionHint, Hint, RosterHint, TileHint
from domain.people import Participant
from domain.ports import RecognitionRequest
from domain.speech import SpokenUpdate, Word
from dragoman.hintfile import TimedHint
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.feed import Feed
from dragoman.transcribe.moments import Moment
from pipeline.asr.scripted import ScriptedRecognizer, ScriptedStream
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener

Make = Callable[..., Any]


class SlowRecognizer(ScriptedRecognizer):
    """Takes a while for every piece of sound."""

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        stream = await super().open(request)
        feed = stream.feed

        async def slow(pcm: bytes) -> Any:
            await asyncio.sleep(0.01)
            return await feed(pcm)

        stream.feed = slow  # type: ignore[method-assign]
        return stream


def words(text: str, start_s: float = 0.6) -> list[Word]:
    return [
        Word(t, start_s + 0.4 * n, start_s + 0.4 * n + 0.35) for n, t in enumerate(text.split())
    ]


class Heard:
    """A listener in stepped time and what came of it."""

    def __init__(self, recognizer: ScriptedRecognizer, engine: str = "scripted") -> None:
        self.updates: list[SpokenUpdate] = []
        self.events: list[Event] = []
        self.clock = StreamClock()
        self.waited: list[float] = []
        self.emit_also: Callable[[SpokenUpdate], Awaitable[None]] | None = None
        self.listener = Listener(
            HearingSettings(engine=engine, vad="scripted", stepped=True),
            self.clock,
            recognizer=recognizer,
            emit=self._emit,
            notify=self.events.append,
        )

    async def _emit(self, update: SpokenUpdate) -> None:
        self.updates.append(update)
        if self.emit_also is not None:
            await self.emit_also(update)

    async def run(self, tape: Any, hints: list[TimedHint] | None = None) -> list[str]:
        feed = Feed(
            tape,
            hints or [],
            self.clock,
            keep_up=self.listener.step,
            progress=self.waited.append,
        )
        await self.listener.run(feed.frames(), feed.hints())
        last = {update.utterance_id: update for update in self.updates if update.final}
        return [" ".join(w.text for w in update.words) for update in last.values()]


async def test_a_slow_engine_loses_nothing_and_is_never_behind(tape: Make) -> None:
    script = words("one two three four five six seven eight nine ten")
    heard = Heard(SlowRecognizer({"mix": script}))
    texts = await heard.run(tape(("mix",), 4.8, 6.0))
    assert texts == ["one two three four five six seven eight nine ten"]
    assert not [e for e in heard.events if isinstance(e, Notice) and e.kind == "falling_behind"]
    assert heard.clock.now_s() == pytest.approx(7.0)
    assert heard.waited == pytest.approx([0.1 * n for n in range(1, 61)])


async def test_the_same_sound_gives_the_same_updates(tape: Make) -> None:
    script = {"a": words("one two three four five"), "b": words("six seven eight nine ten", 0.7)}
    runs = []
    for engine in (ScriptedRecognizer, SlowRecognizer):
        heard = Heard(engine(script))
        await heard.run(tape(("a", "b"), 2.8, 4.0))
        runs.append(heard.updates)
    assert runs[0] == runs[1]
    assert {update.utterance_id for update in runs[0]} == {"a-1", "b-1"}


async def test_words_wait_for_captions_in_the_time_of_the_sound(tape: Make) -> None:
    """Two utterances in an unknown language are held for the time that the settings say."""
    heard = Heard(ScriptedRecognizer({"mix": words("one two three")}), engine="auto")
    texts = await heard.run(tape(("mix",), 1.8, 8.0))
    assert texts == ["one two three"]
    assert heard.updates[-1].final


async def test_hints_come_at_their_time(tape: Make) -> None:
    ana = Participant("p1", "Ana")
    hints: list[Hint] = [
        RosterHint((ana,), 0.0),
        TileHint("p1", True, 0.5),
        CaptionHint("l", "p1", "Ana", "uno dos", 1, True, "es", 1.5),
        TileHint("p1", False, 1.9),
    ]
    heard = Heard(ScriptedRecognizer({"mix": words("one two three")}))
    texts = await heard.run(
        tape(("mix",), 1.8, 3.0), [TimedHint(hint, hint.at_s) for hint in hints]
    )
    assert texts == ["one two three"]
    assert {update.speaker for update in heard.updates if update.final} == {"Ana"}


async def test_a_track_that_falls_silent_is_finished_in_the_time_of_the_sound(tape: Make) -> None:
    both = tape(("a", "b"), 9.0, 6.0)
    moments = both.moments

    async def a_leaves(step_s: float) -> AsyncIterator[Moment]:
        async for moment in moments(step_s):
            gone = moment.at_s > 2.05
            kept = tuple(f for f in moment.frames if not (gone and f.track == "a"))
            yield Moment(moment.at_s, kept)

    both.moments = a_leaves
    heard = Heard(ScriptedRecognizer({"a": words("one two three")}))
    ended: dict[str, float] = {}

    async def note(update: SpokenUpdate) -> None:
        if update.final:
            ended[update.utterance_id] = heard.clock.now_s()

    heard.emit_also = note
    await heard.run(both)
    assert ended["a-1"] == pytest.approx(2.0 + 0.5 + 0.3, abs=0.15)


async def test_a_stopped_feed_ends_in_order(tape: Make) -> None:
    heard = Heard(ScriptedRecognizer({"mix": words("one two three four five six seven")}))
    recording = tape(("mix",), 9.0, 10.0)
    feed = Feed(
        recording,
        [],
        heard.clock,
        keep_up=heard.listener.step,
        progress=lambda at_s: feed.stop() if at_s >= 1.55 else None,
    )
    await heard.listener.run(feed.frames(), feed.hints())
    assert recording.taken == 17
    said = [w.text for w in heard.updates[-1].words]
    assert said[:3] == ["one", "two", "three"]
    assert "seven" not in said
    assert heard.updates[-1].final
    assert feed.stopped


async def test_real_time_waits_for_the_clock(tape: Make) -> None:
    clock = MeetingClock.start()
    seen: list[float] = []

    async def nothing() -> None: ...

    feed = Feed(tape(("mix",), 0.0, 0.2), [], clock, keep_up=nothing, progress=seen.append)
    ends: list[tuple[float, float]] = []
    reading = asyncio.create_task(_drain(feed))
    async for frame in feed.frames():
        ends.append((frame.end_s, clock.now_s()))
    await reading
    assert len(ends) == 60
    assert all(now_s >= end_s - 0.001 for end_s, now_s in ends)


async def _drain(feed: Feed) -> None:
    async for _ in feed.hints():
        pass
