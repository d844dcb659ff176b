"""A recogniser that is told its words with their times: for tests and demonstrations."""

from collections.abc import Mapping, Sequence
from types import TracebackType

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word


class ScriptedRecognizer:
    """Hears on each track the words of its script, in meeting seconds, as sound reaches them.

    A word is heard once half of it was fed, and vouched for once it is over by `settle_s`.
    """

    def __init__(
        self,
        script: Mapping[str, Sequence[Word]] | None = None,
        *,
        language: str = "en",
        settle_s: float = 0.5,
    ) -> None:
        self.info = EngineInfo(
            name="scripted",
            languages=frozenset({language}),
        )
        self._script = {track: tuple(words) for track, words in (script or {}).items()}
        self._language = language
        self._settle_s = settle_s

    async def health(self) -> Health:
        """Always well."""
        return Health(True, "words from a script")

    async def open(self, request: RecognitionRequest) -> "ScriptedStream":
        """Begins an utterance."""
        words = self._script.get(request.track, ())
        return ScriptedStream(words, request.start_s, self._language, self._settle_s)

    async def aclose(self) -> None:
        """Nothing is held."""

    async def __aenter__(self) -> "ScriptedRecognizer":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class ScriptedStream:
    """One utterance; word times count from the first sample that is fed."""

    def __init__(
        self, words: Sequence[Word], start_s: float, language: str, settle_s: float
    ) -> None:
        self._start_s = start_s
        self._words = [word for word in words if word.end_s > start_s]
        self._language = language
        self._settle_s = settle_s
        self._heard_s = 0.0
        self._count = 0

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Hears more sound; a hypothesis if another word was reached."""
        self._heard_s += len(pcm) / 2 / SAMPLE_RATE
        words = self._reached()
        if not words and self._count == 0:
            return None
        self._count = len(words)
        settled = sum(word.end_s <= self._heard_s - self._settle_s for word in words)
        return Hypothesis(words, self._language, stable=settled)

    async def finish(self) -> Hypothesis:
        """The final hypothesis."""
        words = self._reached()
        return Hypothesis(words, self._language, final=True, stable=len(words))

    async def aclose(self) -> None:
        """Nothing is held."""

    def _reached(self) -> tuple[Word, ...]:
        return tuple(
            Word(
                word.text,
                word.start_s - self._start_s,
                word.end_s - self._start_s,
                word.confidence,
            )
            for word in self._words
            if (word.start_s + word.end_s) / 2 - self._start_s <= self._heard_s
            and (word.start_s + word.end_s) / 2 >= self._start_s
        )
