"""What the bot itself said aloud, so that it is never taken for somebody else's words."""

from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import TypeVar

from domain.audio import Frame
from domain.speech import SpokenUpdate, Word
from pipeline.voice.echo import Heard, Run, Said, heard_words, runs, words_of
from pipeline.voice.echo_sound import LATEST_S, Echo, EchoEar, Floats

Value = TypeVar("Value")
Emit = Callable[[SpokenUpdate], Awaitable[None]]

_BEFORE_S = 0.5
_LONG = 8
"""From that many words on an echo may have gaps; shorter ones are one run."""
_IN_A_ROW = 0.75
"""Share of a shorter utterance's letters that must be one run; and of a short sentence's letters
that the run must hold for a first echo. Letters, because short words are misheard most."""
_FIRST, _AGAIN = 0.75, 0.6
"""Share of a long utterance's words that must stand in runs: for a first echo, and from where
echoes came before."""
_FEWEST_WORDS = 4
"""Fewer tell nothing of where no echo came from before, and drafts wait for as many."""
_TINY = 3
_SAME_LAG_S = 1.0
"""So few words are an echo only word for word, as long after the speech as the echo before."""
_ALIKE, _ALIKE_LONG, _LONG_S = 0.75, 0.65, 1.5
"""Likeness of sound that chance does not reach, in short and in longer utterances."""
_MEANWHILE, _EDGE_S = 0.85, 0.3
"""Share of an utterance's letters that must be heard while its echo sounds, and how far beyond it
they may seem to be: else somebody speaks before or after the echo."""
_KEPT = 200


class _Verdict(Enum):
    OTHERS = auto()
    MAYBE = auto()
    """Repeats the speech, but for too short a time to take somebody's words away."""
    OWN = auto()


class OwnSpeech:
    """Lets utterances pass except those that repeat, at the right time, what the bot said: in
    their sound, or else in their words.

    Drafts that fall into the bot's own speech are held back until they are long enough to
    tell; an utterance of which words were passed on is never taken back. In doubt an
    utterance passes.
    """

    def __init__(self) -> None:
        self.stopped = 0
        """Utterances that were the bot's own."""
        self._ear = EchoEar()
        self._said: deque[Said] = deque(maxlen=_KEPT)
        self._settled: OrderedDict[str, bool] = OrderedDict()
        self._held: OrderedDict[str, None] = OrderedDict()
        self._echoes: OrderedDict[str, float] = OrderedDict()

    def note(self, text: str, start_s: float, end_s: float, course: Floats | None = None) -> None:
        """The bot says a text, with these spectra, from one meeting second to another."""
        self._said.append(Said(words_of(text), start_s, end_s, course))

    async def hearing(self, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
        """The frames as they come; their sound tells echoes where their words do not."""
        async for frame in frames:
            self._ear.put(frame)
            yield frame

    def passing(self, emit: Emit) -> Emit:
        """An `emit` that hears only of other people's utterances."""

        async def take(update: SpokenUpdate) -> None:
            passed = self.filter(update)
            if passed is not None:
                await emit(passed)

        return take

    def filter(self, update: SpokenUpdate) -> SpokenUpdate | None:
        """The update; without words where it is the bot's own; None while it is held back."""
        own = self._settled.get(update.utterance_id)
        if own is None:
            own = self._settle(update)
        if own is None:
            return None
        if not own:
            return update
        return replace(update, words=(), stable=0) if update.final else None

    def _settle(self, update: SpokenUpdate) -> bool | None:
        """Whether it is the bot's own; None while a draft may still turn out either way."""
        identity = update.utterance_id
        verdict, lag_s = self._judge(update)
        own = verdict is _Verdict.OWN
        if own and identity not in self._held:
            self.stopped += 1
            _keep(self._held, identity, None)
        if not update.final and verdict is not _Verdict.OTHERS:
            return None
        if not own and identity in self._held:
            self.stopped -= 1
        self._held.pop(identity, None)
        if verdict is not _Verdict.OTHERS:
            _keep(self._echoes, _source(update), lag_s)
        _keep(self._settled, identity, own)
        return own

    def _judge(self, update: SpokenUpdate) -> tuple[_Verdict, float]:
        """What it is, and how long after the speech it was heard."""
        at_the_time = [
            said
            for said in self._said
            if update.start_s < said.end_s + LATEST_S and update.end_s > said.start_s - _BEFORE_S
        ]
        if not at_the_time:
            return _Verdict.OTHERS, 0.0
        heard = heard_words(update.words)
        if len(heard) < _FEWEST_WORDS and not update.final:
            return _Verdict.MAYBE, 0.0
        echo = self._echo(update, at_the_time)
        if echo is not None:
            return _Verdict.OWN, echo.lag_s
        found = [run for said in at_the_time for run in runs(heard, said)]
        if not found:
            return _Verdict.OTHERS, 0.0
        longest = max(found, key=lambda run: run.letters)
        before_s = self._echoes.get(_source(update))
        if len(heard) >= _LONG:
            return _long(found, len(heard), known=before_s is not None), longest.lag_s
        return _short(longest, heard, before_s), longest.lag_s

    def _echo(self, update: SpokenUpdate, at_the_time: list[Said]) -> Echo | None:
        """What its sound repeats, if it surely does."""
        track = update.utterance_id.rpartition("-")[0]
        for said in at_the_time:
            if said.course is not None:
                span_s = (update.start_s, update.end_s)
                echo = self._ear.echo(track, span_s, said.course, said.start_s)
                alike = _ALIKE_LONG if echo.length_s >= _LONG_S else _ALIKE
                if echo.likeness >= alike and _meanwhile(update, at_the_time, echo.lag_s):
                    return echo
        return None


def _meanwhile(update: SpokenUpdate, said: list[Said], lag_s: float) -> bool:
    """Whether its words, but for a few, were heard while the bot's speeches came back."""
    inside = [
        word
        for word in update.words
        if any(
            each.start_s - _EDGE_S
            <= (word.start_s + word.end_s) / 2 - lag_s
            <= each.end_s + _EDGE_S
            for each in said
        )
    ]
    return _letters(inside) >= _MEANWHILE * _letters(update.words)


def _letters(words: Sequence[Word]) -> int:
    return sum(len(word.text) for word in words)


def _long(found: list[Run], heard: int, *, known: bool) -> _Verdict:
    covered = {
        place
        for run in found
        if run.size > 1
        for place in range(run.heard_from, run.heard_from + run.size)
    }
    return (
        _Verdict.OWN if len(covered) / heard >= (_AGAIN if known else _FIRST) else _Verdict.OTHERS
    )


def _short(run: Run, heard: Sequence[Heard], before_s: float | None) -> _Verdict:
    if run.letters < _IN_A_ROW * sum(len(word.text) for word in heard):
        return _Verdict.OTHERS
    if before_s is not None:
        same = run.size == len(heard) and abs(run.lag_s - before_s) <= _SAME_LAG_S
        return _Verdict.OWN if same or len(heard) > _TINY else _Verdict.OTHERS
    if len(heard) < _FEWEST_WORDS:
        return _Verdict.OTHERS
    whole = run.letters >= _IN_A_ROW * run.said.letters
    return _Verdict.OWN if whole else _Verdict.MAYBE


def _source(update: SpokenUpdate) -> str:
    """Where an utterance came from: the person, or else the track in its id."""
    return update.participant_id or update.utterance_id.rpartition("-")[0]


def _keep(kept: OrderedDict[str, Value], key: str, value: Value) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)
