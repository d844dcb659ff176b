"""Whatever engine fails whenever: each word comes once, and none that stood is taken back."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.chain import ChainRules, Link, RecognizerChain

WORD_S = 0.5
CHUNK_S = 0.3
BYTES_PER_S = 32_000
FAULTS: dict[str, Exception] = {
    "unavailable": EngineUnavailable("gone"),
    "error": EngineError("bad window"),
    "crash": RuntimeError("boom"),
    "late": TimeoutError(),
}


@dataclass
class Script:
    """What was said, and where an engine hears and how long it lives."""

    words: tuple[str, ...]
    shift_s: float = 0.0
    calls: int = 1_000
    """After so many calls every one fails."""
    fault: str = "unavailable"

    def call(self) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise FAULTS[self.fault]


class Engine:
    """Hears each word once its sound has come, and vouches for all but the last."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.info = EngineInfo("scripted")

    async def health(self) -> Health:
        return Health(True, "as planned")

    async def open(self, request: RecognitionRequest) -> "Stream":
        self.script.call()
        return Stream(self.script)

    async def aclose(self) -> None:
        pass


class Stream:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.bytes = 0

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        self.script.call()
        self.bytes += len(pcm)
        words = self._words(self.bytes / BYTES_PER_S)
        return Hypothesis(words, "en", stable=max(0, len(words) - 1)) if words else None

    async def finish(self) -> Hypothesis:
        self.script.call()
        words = self._words(1e9)
        return Hypothesis(words, "en", final=True, stable=len(words))

    async def aclose(self) -> None:
        pass

    def _words(self, until_s: float) -> tuple[Word, ...]:
        shift_s = self.script.shift_s
        return tuple(
            Word(text, max(0.0, n * WORD_S + shift_s), (n + 1) * WORD_S + shift_s)
            for n, text in enumerate(self.script.words)
            if (n + 1) * WORD_S + shift_s <= until_s
        )


async def hear(scripts: list[Script]) -> list[Hypothesis]:
    links = [Link(str(n), lambda s=s: Engine(s)) for n, s in enumerate(scripts)]
    chain = RecognizerChain(links, lambda _text: None, rules=ChainRules(answer_timeout_s=30))
    shown: list[Hypothesis] = []
    async with chain:
        stream = await chain.open(RecognitionRequest("a", 0.0))
        for _ in range(int(len(scripts[0].words) * WORD_S / CHUNK_S) + 1):
            hypothesis = await stream.feed(bytes(int(CHUNK_S * BYTES_PER_S)))
            shown += [hypothesis] if hypothesis else []
        shown.append(await stream.finish())
        await stream.aclose()
    return shown


said = st.lists(st.sampled_from(["yes", "no", "well", "Yes,"]), min_size=1, max_size=12)
shifts = st.floats(-0.1, 0.1)


@settings(max_examples=150, deadline=None)
@given(
    words=said,
    lives=st.lists(
        st.tuples(st.integers(0, 25), shifts, st.sampled_from(sorted(FAULTS))), max_size=3
    ),
    last_shift_s=shifts,
)
def test_words_are_never_doubled_lost_or_taken_back(
    words: list[str], lives: list[tuple[int, float, str]], last_shift_s: float
) -> None:
    texts = tuple(words)
    scripts = [Script(texts, shift_s, calls, fault) for calls, shift_s, fault in lives]
    shown = asyncio.run(hear([*scripts, Script(texts, last_shift_s)]))
    assert tuple(word.text for word in shown[-1].words) == texts
    for before, after in zip(shown, shown[1:], strict=False):
        assert after.words[: before.stable] == before.words[: before.stable]
        assert after.stable >= before.stable


@pytest.mark.parametrize(
    ("shift_s", "text"),
    [(0.4, "two three"), (-0.2, "two three"), (0.2, "TWO, three")],
)
async def test_a_word_that_stands_is_not_heard_again(shift_s: float, text: str) -> None:
    first = Script(("one", "two", "three"), calls=7)
    second = Script(("one", *text.split()), shift_s)
    shown = await hear([first, second])
    assert [word.text for word in shown[-1].words] == ["one", "two", "three"]
