"""Faults of engines and of what takes the words: told, survived, and no word shown twice."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from domain.audio import Frame
from domain.clock import FakeClock, MeetingClock
from domain.engines import EngineInfo
from domain.errors import EngineError
from domain.events import Event, Notice
from domain.hints import CaptionHint, Hint, LoudnessHint, RosterHint
from domain.people import Participant
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, SpokenUpdate, Word
from pipeline.arrivals import Arrivals
from pipeline.asr.scripted import ScriptedRecognizer, ScriptedStream
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.choices import Choice, Choices, Knowledge
from pipeline.effort import Effort, Step
from pipeline.hearing import HearingSettings, Patience
from pipeline.language import SpokenLanguages
from pipeline.listener import Listener
from pipeline.people import People
from pipeline.vad import ENGINES
from pipeline.vad.scripted import ScriptedVad

Tone = Callable[[float], bytes]
ROSTER = RosterHint((Participant("p1", "Ana"),), 0.0)
SCRIPTED = HearingSettings(engine="scripted", vad="scripted", languages=("en",))
AUTO = HearingSettings(vad="scripted", languages=("en",))


def caption(text: str, at_s: float, version: int = 1, line: str = "l1") -> CaptionHint:
    return CaptionHint(line, "p1", "Ana", text, version, False, "en", at_s)


def words(texts: str, start_s: float, each_s: float = 0.4) -> list[Word]:
    return [
        Word(text, start_s + index * each_s, start_s + (index + 1) * each_s)
        for index, text in enumerate(texts.split())
    ]


class Case:
    """Choices with what they rest on."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.events: list[Event] = []
        self.lines = CaptionLines()
        lag, languages = CaptionLag(), SpokenLanguages(("en",))
        attribution = Attribution(People(), self.lines, lag)
        self.choices = Choices(
            AUTO,
            self.clock,
            lambda: EngineInfo("scripted", frozenset({"en"})),
            Knowledge(languages, self.lines, lag, attribution),
            self.events.append,
        )

    def caption(self, version: int) -> None:
        self.lines.take(caption(f"Words {version}", self.clock.now_s(), version), "p1")


def test_a_broken_recogniser_gives_way_to_captions_only_while_they_come() -> None:
    case = Case()
    for _ in range(3):
        case.choices.failed("away")
    assert case.choices.of("p1") is Choice.SOUND
    case.caption(1)
    assert case.choices.of("p1") is Choice.CAPTIONS
    case.clock.advance(31)
    assert case.choices.of("p1") is Choice.SOUND


def test_one_utterance_at_a_time_tries_a_broken_recogniser_until_it_works() -> None:
    case = Case()
    for _ in range(3):
        case.choices.failed("away")
    case.caption(1)
    assert not case.choices.probes("u1")
    case.clock.advance(26)
    case.caption(2)
    assert case.choices.probes("u2")
    assert case.choices.probes("u2"), "it goes on to its end"
    assert not case.choices.probes("u3")
    case.choices.failed("still away")
    assert not case.choices.probes("u4")
    assert case.choices.of("p1") is Choice.CAPTIONS
    case.choices.recognised()
    assert case.choices.of("p1") is Choice.SOUND


class AwayAtFirst(ScriptedRecognizer):
    """Takes no utterance that begins before a moment."""

    def __init__(self, said: list[Word], until_s: float) -> None:
        super().__init__({"a": said})
        self._until_s = until_s

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        if request.start_s < self._until_s:
            raise EngineError("The engine is away.", "Wait.")
        return await super().open(request)


async def test_words_come_from_sound_again_once_an_utterance_was_recognised(
    room, tone: Tone
) -> None:
    room.hint(ROSTER)
    said: list[Word] = []
    for number in range(24):
        start_s = 1.0 + number * 2
        room.say("a", start_s, tone(1.0))
        room.hint(LoudnessHint("a", "p1", 0.5, start_s))
        pair = words(f"one{number} two{number}", start_s + 0.1)
        said += pair
        for count in (1, 2):
            text = " ".join(word.text for word in said[: len(said) - 2 + count])
            room.hint(caption(text, pair[count - 1].end_s + 1.0, len(said) + count))
    heard = await room.run(AwayAtFirst(said, 20.0), AUTO, 50.0)
    engines = [u.engine for u in heard.finals if u.words]
    assert engines[0] == "meet-captions"
    assert engines[-1] == "scripted"
    shown = heard.text().split()
    assert len(shown) == len(set(shown)), "a word twice"
    later = [w.text for w in said[8:]]
    assert [w for w in shown if w in later] == [w for w in later if w in shown], "out of order"
    assert len(set(later) - set(shown)) <= 2, "more than the words at a change are lost"


class Faulty(ScriptedVad):
    """Fails once in each life."""

    made = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).made += 1
        self._calls = 0

    def probability(self, pcm: bytes) -> float:
        self._calls += 1
        if self._calls == 20:
            raise RuntimeError("one bad run")
        return super().probability(pcm)


@pytest.fixture
def vad(monkeypatch: pytest.MonkeyPatch) -> Callable[[type], None]:
    """Puts a class into the table of engines that find speech."""

    def put(engine: type) -> None:
        module = ModuleType("vad_of_a_test")
        module.Engine = engine  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "vad_of_a_test", module)
        monkeypatch.setitem(ENGINES, "scripted", "vad_of_a_test:Engine")

    return put


async def test_a_failing_search_for_speech_costs_no_word(room, tone: Tone, vad: Any) -> None:
    vad(Faulty)
    room.say("a", 0.0, bytes(32000) + tone(2.0))
    said = words("we start on Monday", 1.1)
    heard = await room.run(ScriptedRecognizer({"a": said}), SCRIPTED, 5.0)
    assert heard.text() == "we start on Monday"
    assert heard.notices("vad") == [
        "The search for speech failed. It begins anew.",
        "The search for speech failed. Loudness tells it from now on.",
    ]


async def hear(
    frames: AsyncIterator[Frame], hints: AsyncIterator[Hint], **more: Any
) -> list[Event]:
    """Listens to what is given; the events."""
    events: list[Event] = []
    recognizer = more.pop("recognizer", None)
    settings = more.pop("settings", SCRIPTED)
    listener = Listener(
        settings, more.pop("clock"), recognizer=recognizer, notify=events.append, **more
    )
    await listener.run(frames, hints)
    return events


async def none() -> AsyncIterator[Any]:
    for item in ():
        yield item


async def test_words_that_nobody_takes_do_not_end_the_meeting(tone: Tone) -> None:
    given: list[SpokenUpdate] = []
    refused: list[SpokenUpdate] = []
    clock = FakeClock()
    sound = bytes(16000) + (tone(1.0) + bytes(32000)) * 3

    async def emit(update: SpokenUpdate) -> None:
        if len(refused) < 2:
            refused.append(update)
            raise LookupError("no room")
        given.append(update)

    async def frames() -> AsyncIterator[Frame]:
        for index in range(len(sound) // 640):
            clock.advance(0.02)
            yield Frame("a", index * 0.02, sound[index * 640 : index * 640 + 640])
            await asyncio.sleep(0.001)

    said = [*words("one", 0.6), *words("two", 2.6), *words("three", 4.6)]
    events = await hear(
        frames(), none(), clock=clock, recognizer=ScriptedRecognizer({"a": said}), emit=emit
    )
    assert refused
    assert [word.text for word in given[-1].words] == ["three"]
    assert [e.kind for e in events if isinstance(e, Notice)].count("hearing_failed") == 1


async def test_a_hint_that_fails_is_told_and_the_next_one_counts() -> None:
    given: list[SpokenUpdate] = []
    refused: list[SpokenUpdate] = []

    async def emit(update: SpokenUpdate) -> None:
        if not refused:
            refused.append(update)
            raise LookupError("no room")
        given.append(update)

    async def hints() -> AsyncIterator[Hint]:
        yield ROSTER
        yield caption("Hello", 0.0, 1, "l1")
        yield caption("Good morning", 0.1, 1, "l2")

    events = await hear(none(), hints(), clock=FakeClock(), settings=AUTO, emit=emit)
    assert refused
    assert "Good morning" in [" ".join(w.text for w in u.words) for u in given]
    assert [e.kind for e in events if isinstance(e, Notice)].count("hearing_failed") == 1


class Deaf(ScriptedRecognizer):
    """The first utterance never gets an answer to one of its questions."""

    def __init__(self, said: list[Word], question: str) -> None:
        super().__init__({"a": said})
        self._question = question
        self._opened = 0

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        stream = await super().open(request)
        self._opened += 1
        if self._opened == 1:
            if self._question == "open":
                await asyncio.Event().wait()
            setattr(stream, self._question, self._wait)
        return stream

    async def _wait(self, *_given: object) -> Hypothesis:
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("question", ["open", "feed", "finish"])
async def test_an_engine_without_answer_fails_one_utterance(
    room, tone: Tone, question: str
) -> None:
    room.say("a", 1.0, tone(1.0))
    room.say("a", 4.0, tone(1.0))
    said = [*words("lost", 1.1), *words("found", 4.1)]
    settings = HearingSettings(
        engine="scripted",
        vad="scripted",
        languages=("en",),
        patience=Patience(open_s=0.05, feed_s=0.05, finish_s=0.05, close_s=0.05),
    )
    heard = await room.run(Deaf(said, question), settings, 7.0)
    assert heard.notices("engine_failed") == ["The recogniser gives no answer."]
    assert heard.text().split()[-1] == "found"


def arrivals(clock: FakeClock, events: list[Event], queue_s: float = 60.0) -> Any:
    effort = Effort(clock, events.append)
    settings = HearingSettings(queue_s=queue_s)
    parts: Any = SimpleNamespace(
        settings=settings, clock=clock, effort=effort, notify=events.append
    )
    return Arrivals(parts, "a"), effort


async def test_sound_that_was_taken_waits_no_longer() -> None:
    clock, events = FakeClock(), []
    queue, effort = arrivals(clock, events)
    for _ in range(200):
        clock.advance(0.02)
        queue.put(Frame("a", clock.now_s(), bytes(640)))
    assert effort.step is Step.LARGER
    frames, _ = await queue.batch(speaking=False)
    assert len(frames) == 200
    for _ in range(300):
        clock.advance(0.15)
        effort.look()
    assert effort.step is Step.FULL


def test_sound_that_nobody_takes_is_told_while_it_comes() -> None:
    clock, events = FakeClock(), []
    queue, effort = arrivals(clock, events, queue_s=3.0)
    for _ in range(400):
        clock.advance(0.02)
        queue.put(Frame("a", clock.now_s(), bytes(640)))
    assert effort.step is Step.FINALS
    assert [e.kind for e in events if isinstance(e, Notice)].count("sound_dropped") == 1


async def test_a_search_for_speech_that_hangs_does_not_hold_the_end_up(vad: Any) -> None:
    began, release = threading.Event(), threading.Event()

    class Hanging(ScriptedVad):
        def probability(self, pcm: bytes) -> float:
            began.set()
            release.wait(20)
            return 0.0

    vad(Hanging)

    async def frames() -> AsyncIterator[Frame]:
        for index in range(50):
            yield Frame("a", index * 0.02, bytes(640))
        await asyncio.Event().wait()

    async def emit(_update: SpokenUpdate) -> None:
        raise AssertionError

    task = asyncio.create_task(hear(frames(), none(), clock=MeetingClock.start(), emit=emit))
    try:
        await asyncio.to_thread(began.wait, 20)
        task.cancel()
        await asyncio.wait([task], timeout=15)
        assert task.cancelled()
    finally:
        release.set()
