"""The listener over scripted engines: cutting, speakers, sources of words, the end."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from domain.audio import Frame
from domain.clock import FakeClock
from domain.errors import EngineError
from domain.hints import CaptionHint, Hint, LoudnessHint, RosterHint, TileHint
from domain.people import Participant
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, SpokenUpdate, Word
from pipeline.asr.scripted import ScriptedRecognizer, ScriptedStream
from pipeline.hearing import HearingSettings
from pipeline.language_guess import guess
from pipeline.listener import Listener

Tone = Callable[[float], bytes]
ROSTER = RosterHint((Participant("p1", "Ana"), Participant("p2", "Ben")), 0.0)
AUTO = HearingSettings(vad="scripted")


def script(start_s: float, text: str, step_s: float = 0.4) -> list[Word]:
    return [
        Word(t, start_s + i * step_s, start_s + (i + 1) * step_s - 0.05)
        for i, t in enumerate(text.split())
    ]


def caption(text: str, at_s: float, language: str, person: str = "p1", version: int = 0):
    return CaptionHint(f"l{person}", person, "", text, version, False, language, at_s)


async def test_words_appear_while_spoken_and_the_last_is_flushed(room, tone: Tone) -> None:
    words = script(1.0, "one two three four five six")
    room.say("a", 0.0, bytes(32000) + tone(2.4))
    room.hint(ROSTER)
    room.hint(LoudnessHint("a", "p1", 0.5, 0.1))
    recognizer = ScriptedRecognizer({"a": words})
    heard = await room.run(recognizer, HearingSettings(engine="scripted", vad="scripted"), 3.4)
    assert heard.text() == "one two three four five six"
    assert len(heard.updates) > 3
    assert heard.updates[0].words[0].text == "one"
    assert not heard.updates[0].final
    assert {u.speaker for u in heard.updates} == {"Ana"}
    for word, truth in zip(heard.finals[0].words, words, strict=True):
        assert word.start_s == pytest.approx(truth.start_s, abs=0.03)


@pytest.mark.parametrize("late_s", [-0.25, 0.0, 0.3])
async def test_a_speaker_change_splits_the_words(room, tone: Tone, late_s: float) -> None:
    first = script(1.0, "this is what ana says")
    second = script(3.2, "and now ben is talking")
    room.say("a", 0.0, bytes(32000) + tone(1.95))
    room.say("a", 3.2, tone(2.0))
    room.hint(ROSTER)
    for step in range(12):
        at_s = 1.0 + step * 0.2 + late_s
        if at_s < 3.2 + late_s - 0.05:
            room.hint(LoudnessHint("a", "p1", 0.5, at_s))
    for step in range(8):
        room.hint(LoudnessHint("a", "p2", 0.5, 3.2 + step * 0.2 + late_s))
    recognizer = ScriptedRecognizer({"a": [*first, *second]})
    heard = await room.run(recognizer, HearingSettings(engine="scripted", vad="scripted"), 7.0)
    assert heard.text("p1") == "this is what ana says"
    assert heard.text("p2") == "and now ben is talking"
    assert heard.text("") == ""
    own = {"p1": {w.text for w in first}, "p2": {w.text for w in second}}
    wrong = [
        word.text
        for update in heard.updates
        for word in update.words[: update.stable]
        if word.text not in own[update.participant_id]
    ]
    assert wrong == []


async def test_a_speaker_change_on_the_mix_by_tiles(room, tone: Tone) -> None:
    room.say("mix", 0.0, bytes(32000) + tone(1.95) + bytes(8000) + tone(2.0))
    room.hint(ROSTER)
    room.hint(TileHint("p1", True, 1.0))
    room.hint(TileHint("p1", False, 3.0))
    room.hint(TileHint("p2", True, 3.2))
    room.hint(TileHint("p2", False, 5.2))
    words = [*script(1.0, "this is what ana says"), *script(3.2, "and now ben is talking")]
    recognizer = ScriptedRecognizer({"mix": words})
    heard = await room.run(recognizer, HearingSettings(engine="scripted", vad="scripted"), 7.0)
    assert heard.text("p1") == "this is what ana says"
    assert heard.text("p2") == "and now ben is talking"


async def test_long_speech_is_cut_without_doubling_or_losing(room, tone: Tone) -> None:
    said = " ".join(f"w{i}" for i in range(60))
    room.say("a", 0.0, tone(30.0))
    recognizer = ScriptedRecognizer({"a": script(0.5, said, 0.45)})
    settings = HearingSettings(engine="scripted", vad="scripted", max_utterance_s=6.0)
    heard = await room.run(recognizer, settings, 31.0)
    assert heard.text() == said
    assert len(heard.finals) >= 5
    assert all(u.end_s - u.start_s < 7.5 for u in heard.finals)


async def test_silence_gives_nothing(room) -> None:
    room.say("a", 0.0, bytes(32000 * 5))
    recognizer = ScriptedRecognizer({"a": script(1.0, "made up words")})
    heard = await room.run(recognizer, HearingSettings(engine="scripted"), 5.0)
    assert heard.updates == []


async def test_another_language_comes_from_captions_once(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000) + tone(3.0))
    room.hint(ROSTER)
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    spoken = "hola a todos empezamos"
    for count in range(1, 5):
        text = " ".join(spoken.split()[:count])
        room.hint(caption(text, 1.8 + count * 0.5, "es", version=count))
    recognizer = ScriptedRecognizer({"a": script(1.0, "ole at oh does a mouse")})
    heard = await room.run(recognizer, AUTO, 8.0)
    assert heard.text() == spoken
    assert {u.engine for u in heard.updates} == {"meet-captions"}
    assert {u.speaker for u in heard.updates} == {"Ana"}
    assert any("Meet's captions" in text for text in heard.notices("word_source"))


async def test_our_language_comes_from_sound_once_captions_tell_it(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000) + tone(3.0))
    room.hint(ROSTER)
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    for count in range(1, 5):
        text = " ".join(["Hello", "to", "you", "all"][:count])
        room.hint(caption(text, 1.8 + count * 0.5, "en", version=count))
    recognizer = ScriptedRecognizer({"a": script(1.0, "hello to you all")})
    heard = await room.run(recognizer, AUTO, 8.0)
    assert heard.text() == "hello to you all"
    assert {u.engine for u in heard.updates} == {"scripted"}


async def test_without_captions_the_recogniser_serves_after_a_wait(room, tone: Tone) -> None:
    room.speed = 10.0
    for start_s in (1.0, 6.0, 11.0):
        room.say("a", start_s, tone(1.6))
    words = [w for s in (1.0, 6.0, 11.0) for w in script(s, "hello to you all")]
    heard = await room.run(ScriptedRecognizer({"a": words}), AUTO, 14.0)
    assert heard.text() == " ".join(["hello to you all"] * 3)
    drafts = [u for u in heard.updates if not u.final]
    assert drafts
    assert all(u.start_s > 10 for u in drafts)


async def test_captions_serve_where_no_sound_comes(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000 * 6))
    room.hint(ROSTER)
    for count in range(1, 5):
        text = " ".join(["Nobody", "hears", "me", "speak"][:count])
        room.hint(caption(text, 1.0 + count * 0.5, "en", version=count))
    heard = await room.run(ScriptedRecognizer(), AUTO, 8.0)
    assert heard.text() == "Nobody hears me speak"


async def test_no_recogniser_at_all_leaves_captions(room) -> None:
    room.hint(ROSTER)
    room.hint(caption("Hello there", 1.0, "en"))
    heard = await room.run(None, AUTO, 5.0)
    assert heard.text() == "Hello there"


class Broken(ScriptedRecognizer):
    """Fails on every utterance."""

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        raise EngineError("The engine is broken.", "Mend it.")


class Buggy(ScriptedRecognizer):
    """Fails in ways that no engine should."""

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        raise BlockingIOError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize("broken", [Broken, Buggy])
async def test_a_broken_recogniser_is_told_and_captions_take_over(
    room, tone: Tone, broken: type[ScriptedRecognizer]
) -> None:
    room.hint(ROSTER)
    for index in range(4):
        room.say("a", 1.0 + index * 2, tone(1.0))
        room.hint(LoudnessHint("a", "p1", 0.5, 1.0 + index * 2))
    room.hint(caption("Now in captions", 9.5, "en"))
    settings = HearingSettings(vad="scripted", languages=("en",))
    heard = await room.run(broken(), settings, 13.0)
    assert len(heard.notices("engine_failed")) == 3
    assert heard.text() == "Now in captions"


class Stumbling(ScriptedRecognizer):
    """Its first utterance breaks off at one of its questions, from a moment on."""

    def __init__(
        self, words: list[Word], question: str, from_s: float, hangs_s: float = 0.0
    ) -> None:
        super().__init__({"a": words})
        self._question, self._from_s, self._hangs_s = question, from_s, hangs_s
        self._opened = 0

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        stream = await super().open(request)
        self._opened += 1
        if self._opened == 1:
            fed_s, feed = request.start_s, stream.feed

            async def feeds(pcm: bytes) -> Hypothesis | None:
                nonlocal fed_s
                fed_s += len(pcm) / 32000
                if self._question == "feed" and fed_s >= self._from_s:
                    await asyncio.sleep(self._hangs_s)
                    raise EngineError("The engine stumbled.", "")
                return await feed(pcm)

            async def finishes() -> Hypothesis:
                raise EngineError("The engine stumbled.", "")

            setattr(stream, "feed", feeds)  # noqa: B010
            if self._question == "finish":
                setattr(stream, "finish", finishes)  # noqa: B010
        return stream


@pytest.mark.parametrize("question", ["feed", "finish"])
@pytest.mark.parametrize("from_s", [0.0, 3.0])
@pytest.mark.parametrize("named", [True, False])
async def test_an_utterance_that_fails_takes_the_words_of_captions(
    room, tone: Tone, question: str, from_s: float, named: bool
) -> None:
    said = script(1.0, "we have two weeks for the manual before the release")
    later = script(7.0, "and then comes the rest")
    room.say("a", 0.0, bytes(32000) + tone(4.0))
    room.say("a", 7.0, tone(2.0))
    room.hint(ROSTER)
    for step in range(40 if named else 0):
        room.hint(LoudnessHint("a", "p1", 0.5 if 1 <= step * 0.25 <= 9 else 0.0, step * 0.25))
    everything = [*said, *later]
    for count in range(1, len(everything) + 1):
        text = " ".join(word.text for word in everything[:count])
        room.hint(caption(text, everything[count - 1].end_s + 0.8, "en", version=count))
    heard = await room.run(Stumbling(everything, question, from_s), AUTO, 13.0)
    assert heard.notices("engine_failed") == ["The engine stumbled."]
    assert sorted(heard.text().split()) == sorted(word.text for word in everything)
    assert heard.text().startswith("we have two weeks for the manual before the release")
    assert {update.engine for update in heard.finals} == {"meet-captions", "scripted"}


@pytest.mark.parametrize("hangs_s", [12.0, 25.0])
async def test_an_utterance_that_hangs_for_long_loses_and_doubles_no_word(
    room, tone: Tone, hangs_s: float
) -> None:
    said = script(1.0, "we have two weeks for the manual before the release")
    later = [
        word
        for number, text in enumerate(("and then", "comes the rest", "of the plan", "for spring"))
        for word in script(7.0 + number * 5.0, text)
    ]
    for start_s in (0.0, 7.0, 12.0, 17.0, 22.0):
        room.say("a", start_s, tone(1.5) if start_s else bytes(32000) + tone(4.0))
    room.hint(ROSTER)
    for step in range(100):
        room.hint(LoudnessHint("a", "p1", 0.5, 1.0 + step * 0.25))
    everything = [*said, *later]
    for count in range(1, len(everything) + 1):
        text = " ".join(word.text for word in everything[:count])
        room.hint(caption(text, everything[count - 1].end_s + 0.8, "en", version=count))
    recognizer = Stumbling(everything, "feed", 3.0, hangs_s / room.speed)
    heard = await room.run(recognizer, AUTO, 42.0)
    assert sorted(heard.text().split()) == sorted(word.text for word in everything)


async def test_an_utterance_that_fails_while_its_language_is_unknown_costs_captions_no_words(
    room, tone: Tone
) -> None:
    said = script(1.0, "hola a todos empezamos ahora mismo con el plan")
    room.say("a", 0.0, bytes(32000) + tone(4.0))
    room.hint(ROSTER)
    for step in range(20):
        room.hint(LoudnessHint("a", "p1", 0.5, 1.0 + step * 0.25))
    for count in range(1, len(said) + 1):
        text, language = " ".join(word.text for word in said[:count]), "" if count < 8 else "es"
        room.hint(caption(text, said[count - 1].end_s + 0.8, language, version=count))
    misheard = script(1.0, "ole at oh does a mouse now the plan")
    heard = await room.run(Stumbling(misheard, "feed", 3.0), AUTO, 9.0)
    assert heard.notices("engine_failed") == ["The engine stumbled."]
    assert heard.text() == " ".join(word.text for word in said)


@pytest.mark.parametrize("cancelled", [True, False])
async def test_words_that_wait_are_given_out_when_listening_breaks_off(cancelled: bool) -> None:
    given: list[SpokenUpdate] = []
    taken = asyncio.Event()

    async def emit(update: SpokenUpdate) -> None:
        given.append(update)

    async def hints() -> AsyncIterator[Hint]:
        yield ROSTER
        yield caption("Hello there", 0.0, "en")
        taken.set()
        if not cancelled:
            raise LookupError("page")
        await asyncio.Event().wait()

    async def frames() -> AsyncIterator[Frame]:
        await asyncio.Event().wait()
        yield Frame("a", 0.0, b"")

    listener = Listener(AUTO, FakeClock(), recognizer=None, emit=emit, notify=lambda _: None)
    task = asyncio.create_task(listener.run(frames(), hints()))
    await taken.wait()
    if cancelled:
        task.cancel()
    with pytest.raises(asyncio.CancelledError if cancelled else ExceptionGroup):
        await task
    assert given[-1].final
    assert [word.text for word in given[-1].words] == ["Hello", "there"]


async def test_the_bot_itself_is_never_a_speaker(room) -> None:
    room.hint(RosterHint((Participant("me", "Dragoman", is_self=True),), 0.0))
    room.hint(caption("I am the bot", 1.0, "es", person="me"))
    heard = await room.run(None, AUTO, 5.0)
    assert heard.updates == []


async def test_a_caption_that_comes_too_late_repeats_nothing(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000) + tone(1.5))
    room.hint(ROSTER)
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    room.speed = 10.0
    room.hint(caption("hola a todos", 2.9, "es"), late_s=6.1)
    room.hint(caption("hola a todos, seguimos ahora", 9.2, "es", version=1))
    recognizer = ScriptedRecognizer({"a": script(1.0, "ole at oh")})
    heard = await room.run(recognizer, AUTO, 13.0)
    assert heard.text() == "ole at oh seguimos ahora"


async def test_captions_without_a_language_code_tell_it_by_their_words(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000) + tone(3.0))
    room.hint(ROSTER)
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    for count in range(1, 8):
        text = " ".join(["hola", "que", "tal", "están", "los", "de", "ahí"][:count])
        room.hint(caption(text, 1.8 + count * 0.3, "", version=count))
    recognizer = ScriptedRecognizer({"a": script(1.0, "ole at oh does a mouse")})
    heard = await room.run(recognizer, AUTO, 9.0)
    assert heard.text() == "hola que tal están los de ahí"
    assert heard.finals[0].language == "es"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("we think that this is the point", "en"),
        ("no es lo que se dice en la ciudad", "es"),
        ("das ist nicht der Punkt", "de"),
        ("今日は会議です", "ja"),
        ("我们开会", "zh"),
        ("ok", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert guess(text) == language
