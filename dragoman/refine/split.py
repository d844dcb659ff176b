"""What was said, taken apart by voice and given its speakers."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from domain.speakers import Turn
from domain.speech import Word
from domain.transcripts import Segment
from dragoman.refine.names import Key, Named, Who, name_voices

SURE = 0.5
"""A speaker in more doubt than this may be another one by the sound of the voice."""
NEAR_S = 0.5
"""A word this far from a turn still belongs to it."""
LEAST_WORDS = 2
LEAST_S = 0.4
"""A shorter run of words between others is theirs."""
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class _Stretch:
    start_s: float
    end_s: float
    key: Key
    participant_id: str
    name: str


class Speakers:
    """Who spoke when, from the voices' turns and the names of the live version."""

    def __init__(self, turns: Mapping[str, Sequence[Turn]], live: Sequence[Segment]) -> None:
        self._live = Named(live)
        self._who = name_voices(turns, self._live)
        base = {key: who.speaker.partition(" · voice ")[0] for key, who in self._who.items()}
        self._stretches = sorted(
            (
                _Stretch(t.start_s, t.end_s, key, self._who[key].participant_id, base[key])
                for track, found in turns.items()
                for t in found
                for key in ((track, t.label),)
            ),
            key=lambda stretch: stretch.start_s,
        )
        self._starts = [stretch.start_s for stretch in self._stretches]

    @property
    def voices(self) -> int:
        """How many were told apart."""
        return len(self._who)

    def split(self, segment: Segment) -> list[Segment]:
        """The segment in pieces of one speaker each, in order."""
        near = self._near(segment)
        if not near:
            return [self._by_time(segment)]
        if not segment.words:
            words = [Word(segment.text, segment.start_s, segment.end_s)]
            return [self._piece(segment, _at(words[0], near), segment.words)]
        keys = _smooth(segment.words, [_at(word, near) for word in segment.words])
        pairs = groupby(zip(keys, segment.words, strict=True), key=lambda pair: pair[0])
        runs = [(key, tuple(word for _, word in run)) for key, run in pairs]
        if len(runs) == 1:
            return [self._piece(segment, runs[0][0], segment.words)]
        # Another source's words and the sound's quality tell of the whole, not of its parts.
        whole = replace(segment, other=None)
        return [
            self._piece(
                replace(
                    whole,
                    id=f"{segment.id}/{number}",
                    start_s=words[0].start_s,
                    end_s=words[-1].end_s,
                    words=words,
                ),
                key,
                words,
            )
            for number, (key, words) in enumerate(runs)
        ]

    def _near(self, segment: Segment) -> list[_Stretch]:
        first = bisect_left(self._starts, segment.start_s - _LONGEST_S)
        last = bisect_right(self._starts, segment.end_s + NEAR_S)
        found = [s for s in self._stretches[first:last] if s.end_s > segment.start_s - NEAR_S]
        if not _sure(segment):
            return found
        return [s for s in found if _same(s, segment)]

    def _piece(self, segment: Segment, key: Key | None, words: Sequence[Word]) -> Segment:
        who = self._who[key] if key is not None else None
        if who is None:
            return self._by_time(segment)
        return _given(replace(segment, words=tuple(words)), who)

    def _by_time(self, segment: Segment) -> Segment:
        if _sure(segment):
            return segment
        who = self._live.who(segment.start_s, segment.end_s)
        return _given(segment, who) if who is not None else segment


def _sure(segment: Segment) -> bool:
    return bool(segment.speaker) and segment.doubt <= SURE


def _same(stretch: _Stretch, segment: Segment) -> bool:
    if stretch.participant_id and segment.participant_id:
        return stretch.participant_id == segment.participant_id
    return stretch.name == segment.speaker


def _given(segment: Segment, who: Who) -> Segment:
    if _sure(segment):
        return replace(segment, speaker=who.speaker)
    return replace(segment, participant_id=who.participant_id, speaker=who.speaker, doubt=who.doubt)


def _at(word: Word, near: Sequence[_Stretch]) -> Key | None:
    """The voice of most of a word, or the nearest one."""

    def closeness(stretch: _Stretch) -> float:
        return min(word.end_s, stretch.end_s) - max(word.start_s, stretch.start_s)

    best = max(near, key=closeness)
    return best.key if closeness(best) >= -NEAR_S else None


def _smooth(words: Sequence[Word], keys: Sequence[Key | None]) -> list[Key | None]:
    """Runs that are too short to be a turn go to the run before, or after at the beginning."""
    runs = [(key, len(list(run))) for key, run in groupby(keys)]
    smooth: list[Key | None] = []
    at = 0
    for key, count in runs:
        length_s = words[at + count - 1].end_s - words[at].start_s
        tiny = (count < LEAST_WORDS and length_s < LEAST_S) or key is None
        smooth += [smooth[-1] if tiny and smooth else key] * count
        at += count
    if len(runs) > 1 and _tiny_start(words, runs):
        smooth[: runs[0][1]] = [runs[1][0]] * runs[0][1]
    return smooth


def _tiny_start(words: Sequence[Word], runs: Sequence[tuple[Key | None, int]]) -> bool:
    key, count = runs[0]
    length_s = words[count - 1].end_s - words[0].start_s
    return key is None or (count < LEAST_WORDS and length_s < LEAST_S)
