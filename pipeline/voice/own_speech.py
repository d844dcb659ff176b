"""What the bot itself said aloud, so that it is never taken for somebody else's words."""

import re
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from domain.speech import SpokenUpdate

Emit = Callable[[SpokenUpdate], Awaitable[None]]

_AFTER_S = 4.0
"""An echo may come that long after the speech ended."""
_BEFORE_S = 0.5
_ENOUGH_WORDS = 4
_ALIKE = 0.6
"""Share of an utterance's words that must stand in the speech, in order."""
_FEWEST_WORDS = 3
"""Shorter utterances may well be somebody's own: they pass unless they repeat the speech word
for word while it lasts, or come from where an echo came from before."""
_TAIL_S = 1.5
"""How long after the speech a short utterance still counts as spoken during it."""
_KEPT = 200
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class _Said:
    words: tuple[str, ...]
    start_s: float
    end_s: float


class OwnSpeech:
    """Lets utterances pass except those that repeat, at the right time, what the bot said.

    Drafts that fall into the bot's own speech are held back until they are long enough to
    tell; an utterance of which words were passed on is never taken back.
    """

    def __init__(self) -> None:
        self.stopped = 0
        """Utterances that were the bot's own."""
        self._said: deque[_Said] = deque(maxlen=_KEPT)
        self._verdicts: OrderedDict[str, bool] = OrderedDict()
        self._echoing: set[str] = set()

    def note(self, text: str, start_s: float, end_s: float) -> None:
        """The bot says a text from one meeting second to another."""
        self._said.append(_Said(_words(text), start_s, end_s))

    def passing(self, emit: Emit) -> Emit:
        """An `emit` that hears only of other people's utterances."""

        async def take(update: SpokenUpdate) -> None:
            passed = self.filter(update)
            if passed is not None:
                await emit(passed)

        return take

    def filter(self, update: SpokenUpdate) -> SpokenUpdate | None:
        """The update; without words where it is the bot's own; None while it is held back."""
        verdict = self._verdicts.get(update.utterance_id)
        if verdict is None:
            verdict = self._judge(update)
            if verdict is None:
                return None
            self._verdicts[update.utterance_id] = verdict
            if verdict:
                self.stopped += 1
                self._echoing.add(_source(update))
            if len(self._verdicts) > _KEPT:
                self._verdicts.popitem(last=False)
        if not verdict:
            return update
        return replace(update, words=(), stable=0) if update.final else None

    def _judge(self, update: SpokenUpdate) -> bool | None:
        """Whether it is an echo; None where that cannot be told yet."""
        at_the_time = [
            said
            for said in self._said
            if update.start_s < said.end_s + _AFTER_S and update.end_s > said.start_s - _BEFORE_S
        ]
        if not at_the_time:
            return False
        heard = _words(" ".join(word.text for word in update.words))
        if len(heard) < _ENOUGH_WORDS and not update.final:
            return None
        own = tuple(word for said in at_the_time for word in said.words)
        if len(heard) >= _FEWEST_WORDS:
            return _share(heard, own) >= _ALIKE
        during = any(
            said.start_s - _BEFORE_S <= update.start_s and update.end_s <= said.end_s + _TAIL_S
            for said in at_the_time
        )
        known = _source(update) in self._echoing
        return bool(heard) and during and (known or f" {' '.join(heard)} " in f" {' '.join(own)} ")


def _source(update: SpokenUpdate) -> str:
    """Where an utterance came from: the person, or else the track in its id."""
    return update.participant_id or update.utterance_id.rpartition("-")[0]


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _share(heard: tuple[str, ...], said: tuple[str, ...]) -> float:
    blocks = SequenceMatcher(None, heard, said, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(heard)
