"""Meet's own captions as words: revised lines in, spoken updates out.

A word is stable once it stood unchanged for STEADY_S, or once three words and 28 characters
follow it, for Meet's corrections seldom reach back farther. Stable words stay as they are. A
line is final when Meet says so or when it rested for 2.5 seconds; what Meet appends to it
afterwards is a new utterance.
"""

from dataclasses import dataclass, field, replace
from math import inf

from domain.engines import EngineInfo, Health
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, SpokenUpdate, Word
from pipeline.align import covered
from pipeline.caption_lines import Line, Token

STEADY_S = 0.6
FOLLOWED_WORDS = 3
FOLLOWED_CHARS = 28
REST_S = 2.5
LONG_WORDS = 30
LONGEST_WORDS = 60
_WORD_S = 0.35
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")


class MeetCaptions:
    """Stands for Meet's captions in the table of engines; it hears nothing in sound itself."""

    def __init__(self) -> None:
        self.info = EngineInfo(name="meet-captions", punctuated=True)

    async def health(self) -> Health:
        """Whether captions come shows only in the meeting."""
        return Health(True, "words from Meet's own captions")

    async def open(self, request: RecognitionRequest) -> "DeafStream":
        """A stream without words: they come as hints."""
        return DeafStream(request.language)

    async def aclose(self) -> None:
        """Nothing is held."""


class DeafStream:
    """Gives no words."""

    def __init__(self, language: str) -> None:
        self._language = language

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Nothing is heard."""
        return None

    async def finish(self) -> Hypothesis:
        """An empty final hypothesis."""
        return Hypothesis((), self._language, final=True)

    async def aclose(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class _Spoken:
    """How much of a line was given out."""

    line: Line
    done: list[str] = field(default_factory=list)
    """Words of utterances that are over."""
    given: int = 0
    """So many of those at most were given out here; the others came from another source."""
    skipped: int = 0
    """So many words of the line, at most, came from another source when one last did."""
    number: int = 0
    stable: list[Word] = field(default_factory=list)
    shown: tuple[tuple[str, ...], int] = ((), 0)
    end_s: float | None = None
    """End of the last word of utterances that are over."""
    revised_s: float = -inf
    """When the newest revision arrived at the page, by which it is known from others."""
    late_s: float = 0.0
    """How much later it was taken from there."""


class CaptionWords:
    """Turns lines into updates; asked again at every revision and about twice a second."""

    def __init__(self) -> None:
        self._lines: dict[str, _Spoken] = {}

    def skip(self, line: Line) -> None:
        """The line's present words are not wanted: another engine has them."""
        spoken = self._lines.setdefault(line.key, _Spoken(line))
        spoken.done = [token.text for token in line.tokens]
        spoken.skipped = len(spoken.done)
        spoken.stable.clear()

    def skip_until(self, line: Line, arrived_s: float) -> None:
        """Of a line not given out yet, words that arrived by then are not wanted."""
        if line.key not in self._lines:
            texts = [token.text for token in line.tokens if token.first_s <= arrived_s]
            self._lines[line.key] = _Spoken(line, done=texts)

    def want(self, line: Line, arrived_s: float) -> None:
        """Words of a line that arrived since then are wanted after all; none is given twice."""
        spoken = self._lines.get(line.key)
        if spoken is None:
            self.skip_until(line, arrived_s)
        elif not spoken.shown[0]:
            before = sum(1 for token in line.tokens if token.first_s <= arrived_s)
            del spoken.done[max(before, spoken.given) :]

    def missed(self, line: Line, arrived_s: float, lag_s: float) -> SpokenUpdate | None:
        """Of a line that is being given out: the words that arrived since then and were left to
        the other source before that, as an utterance of their own; they are told once."""
        spoken = self._lines.get(line.key)
        before = sum(1 for token in line.tokens if token.first_s <= arrived_s)
        if spoken is None or before >= spoken.skipped:
            return None
        words = tuple(timed(line.tokens[before : spoken.skipped], lag_s, None))
        spoken.skipped = before
        update = _spoken_update(spoken, words, len(words), final=True)
        return replace(update, utterance_id=f"captions-{line.key}-from{before}")

    def update(self, line: Line, lag_s: float, now_s: float) -> list[SpokenUpdate]:
        """What is new in a line."""
        spoken = self._lines.setdefault(line.key, _Spoken(line))
        updates = []
        while (update := self._next(spoken, lag_s, now_s)) is not None:
            updates.append(update)
            if not update.final:
                break
        return updates

    def open_lines(self) -> list[Line]:
        """Lines with words that are not final; those long at rest are forgotten."""
        return [spoken.line for spoken in self._lines.values() if self._waiting(spoken)]

    def finish(self, line: Line, lag_s: float) -> list[SpokenUpdate]:
        """Makes all of a line final."""
        return self.update(line, lag_s, inf)

    def forget(self, before_s: float) -> None:
        """Drops lines that were not touched since."""
        for key, spoken in list(self._lines.items()):
            if spoken.line.at_s < before_s and not self._waiting(spoken):
                del self._lines[key]

    def _waiting(self, spoken: _Spoken) -> bool:
        return bool(spoken.shown[0]) or bool(self._tail(spoken))

    def _tail(self, spoken: _Spoken) -> tuple[Token, ...]:
        kept = [*spoken.done, *(word.text for word in spoken.stable)]
        tokens = spoken.line.tokens
        return tokens[covered(kept, [token.text for token in tokens]) :]

    def _next(self, spoken: _Spoken, lag_s: float, now_s: float) -> SpokenUpdate | None:
        line = spoken.line
        if line.at_s != spoken.revised_s and now_s < inf:
            spoken.revised_s, spoken.late_s = line.at_s, max(0.0, now_s - line.at_s)
        now_s -= spoken.late_s
        tail = self._tail(spoken)
        over = line.final or now_s - line.at_s >= REST_S
        steady = len(tail) if over else _steady(tail, now_s)
        before = len(spoken.stable)
        placed = timed(tail, lag_s, spoken.stable[-1].end_s if spoken.stable else spoken.end_s)
        spoken.stable += placed[:steady]
        words = (*spoken.stable, *placed[steady:])
        cut = 0 if over else _sentence_cut(spoken.stable, before)
        final = over or bool(cut)
        words = words[:cut] if cut else words
        stable = len(words) if final else len(spoken.stable)
        shown = (tuple(word.text for word in words), stable)
        if not final and (shown == spoken.shown or not words):
            return None
        if final and not words and not spoken.shown[0]:
            return None
        update = _spoken_update(spoken, words, stable, final)
        spoken.shown = shown
        if final:
            spoken.done += [word.text for word in words]
            spoken.given = len(spoken.done)
            spoken.end_s = words[-1].end_s if words else spoken.end_s
            spoken.stable = spoken.stable[len(words) :]
            spoken.number += 1
            spoken.shown = ((), 0)
        return update


def _spoken_update(
    spoken: _Spoken, words: tuple[Word, ...], stable: int, final: bool
) -> SpokenUpdate:
    line = spoken.line
    return SpokenUpdate(
        utterance_id=f"captions-{line.key}-{spoken.number}",
        participant_id=line.participant_id,
        speaker=line.name,
        language=line.language,
        words=words,
        stable=stable,
        final=final,
        start_s=words[0].start_s if words else line.born_s,
        end_s=words[-1].end_s if words else line.at_s,
        engine="meet-captions",
        doubt=0.0 if line.participant_id else 0.3,
        punctuated=True,
    )


def _steady(tail: tuple[Token, ...], now_s: float) -> int:
    """How many leading words of the tail will hardly change."""
    chars = sum(len(token.text) + 1 for token in tail)
    for count, token in enumerate(tail):
        chars -= len(token.text) + 1
        followed = len(tail) - count - 1 >= FOLLOWED_WORDS and chars >= FOLLOWED_CHARS
        if now_s - token.changed_s < STEADY_S and not followed:
            return count
    return len(tail)


def timed(tail: tuple[Token, ...], lag_s: float, after_s: float | None) -> list[Word]:
    """Words that arrived together are spread over the time before their arrival."""
    words: list[Word] = []
    for index, token in enumerate(tail):
        later = sum(1 for other in tail[index + 1 : index + 12] if other.first_s == token.first_s)
        end_s = token.first_s - lag_s - later * _WORD_S
        start_s = end_s - _WORD_S
        if after_s is not None:
            start_s = max(start_s, after_s)
            end_s = max(end_s, start_s)
        words.append(Word(token.text, start_s, end_s))
        after_s = end_s
    return words


def _sentence_cut(stable: list[Word], before: int) -> int:
    """Where a long utterance may end: after a whole sentence, past what was stable `before`."""
    if len(stable) < LONG_WORDS:
        return 0
    for count in range(len(stable), max(before, 1) - 1, -1):
        if stable[count - 1].text.rstrip().endswith(_SENTENCE_ENDS):
            return count
    return len(stable) if len(stable) >= LONGEST_WORDS else 0
