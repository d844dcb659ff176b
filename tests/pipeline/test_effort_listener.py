"""A recogniser that is too slow: the listener says so, eases off, loses no word and recovers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from domain.clock import FakeClock
from domain.events import Degraded, StageTimed
from domain.hints import CaptionHint, LoudnessHint, RosterHint
from domain.people import Participant
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.scripted import ScriptedRecognizer, ScriptedStream
from pipeline.hearing import HearingSettings

Tone = Callable[[float], bytes]
ROSTER = RosterHint((Participant("p1", "Ana"),), 0.0)


class Slow(ScriptedRecognizer):
    """Takes `each_s` for every piece until the meeting's second `until_s`."""

    def __init__(
        self,
        script: Mapping[str, Sequence[Word]],
        clock: FakeClock,
        *,
        each_s: float,
        until_s: float,
    ) -> None:
        super().__init__(script)
        self._clock = clock
        self._each_s = each_s
        self._until_s = until_s

    async def open(self, request: RecognitionRequest) -> ScriptedStream:
        stream = await super().open(request)
        feed = stream.feed

        async def slowly(pcm: bytes) -> Hypothesis | None:
            ready_s = min(self._clock.now_s() + self._each_s, self._until_s)
            for _ in range(100_000):
                if self._clock.now_s() >= ready_s:
                    break
                await asyncio.sleep(0.001)
            return await feed(pcm)

        stream.feed = slowly  # type: ignore[method-assign]
        return stream


def script(start_s: float, count: int) -> list[Word]:
    return [Word(f"w{i}", start_s + i * 0.5, start_s + i * 0.5 + 0.4) for i in range(count)]


async def test_no_word_is_lost_and_effort_comes_back(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000) + tone(12.0))
    room.say("a", 30.0, tone(4.0))
    words = [*script(1.2, 23), *script(30.2, 7)]
    slow = Slow({"a": words}, room.clock, each_s=0.6, until_s=14.0)
    settings = HearingSettings(engine="scripted", vad="scripted", max_utterance_s=5.0)
    heard = await room.run(slow, settings, 36.0)
    assert heard.text() == " ".join(word.text for word in words)
    steps = [e.step for e in heard.events if isinstance(e, Degraded)]
    assert steps[:1] == ["larger_step"]
    assert steps[-1] == "full"
    assert heard.notices("falling_behind")
    assert heard.notices("caught_up")
    assert [e for e in heard.events if isinstance(e, StageTimed)]
    drafts = [u for u in heard.updates if not u.final and u.start_s > 29]
    assert drafts, "words appear while they are spoken again"


async def test_captions_take_new_words_over_while_it_is_hopeless(room, tone: Tone) -> None:
    room.say("a", 0.0, bytes(32000) + tone(24.0))
    room.hint(ROSTER)
    said = script(1.2, 46)
    for step in range(120):
        room.hint(LoudnessHint("a", "p1", 0.5, 1.0 + step * 0.2))
    for count in range(1, len(said) + 1):
        text = " ".join(word.text for word in said[:count])
        at_s = said[count - 1].end_s + 0.8
        room.hint(CaptionHint("l1", "p1", "Ana", text, count, False, "en", at_s))
    slow = Slow({"a": said}, room.clock, each_s=3.0, until_s=60.0)
    settings = HearingSettings(vad="scripted", languages=("en",), max_utterance_s=5.0)
    heard = await room.run(slow, settings, 34.0)
    steps = [e.step for e in heard.events if isinstance(e, Degraded)]
    assert steps[:3] == ["larger_step", "finals_only", "captions_only"]
    engines = [u.engine for u in heard.finals if u.words]
    assert engines[0] == "scripted"
    assert "meet-captions" in engines
    assert heard.text() == " ".join(word.text for word in said), "each word once"
