"""Whose voices the second pass found: by enrolment, by the names of the live version."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.audio import MIX
from domain.speakers import Turn
from domain.transcripts import Segment

LEAST_S = 1.0
"""A voice is named after a person who spoke at the same time for so long …"""
LEAST_SHARE = 0.5
"""… and for this share of the time in which anybody's name is known."""
LEAST_VOICE_S = 5.0
LEAST_VOICE_SHARE = 0.1
"""Behind one participant a voice is told from another if it speaks for so long."""
_LONGEST_S = 120.0
"""No segment lasts longer."""

Key = tuple[str, str]
"""Track and label."""

Votes = defaultdict[tuple[str, str], float]
"""(Participant id, name) -> seconds."""


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker, and how sure that is."""

    participant_id: str
    speaker: str
    doubt: float
    """0 sure .. 1 a guess."""


class Named:
    """Segments with a known speaker, found by time."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        known = (s for s in segments if s.speaker)
        self._segments = sorted(known, key=lambda s: s.start_s)
        self._starts = [segment.start_s for segment in self._segments]

    def votes(self, start_s: float, end_s: float) -> Votes:
        """Seconds within a stretch, less where there was doubt."""
        found: Votes = defaultdict(float)
        first = bisect_left(self._starts, start_s - _LONGEST_S)
        for segment in self._segments[first : bisect_right(self._starts, end_s)]:
            overlap_s = min(end_s, segment.end_s) - max(start_s, segment.start_s)
            if overlap_s > 0:
                weight = 1 - min(segment.doubt, 0.9)
                found[segment.participant_id, segment.speaker] += overlap_s * weight
        return found

    def who(self, start_s: float, end_s: float) -> Who | None:
        """Who spoke for most of a stretch; None where that is not clear."""
        votes = self.votes(start_s, end_s)
        if not votes:
            return None
        (participant_id, speaker), best_s = _most(votes)
        share = best_s / max(sum(votes.values()), end_s - start_s)
        return Who(participant_id, speaker, 1 - share) if share >= LEAST_SHARE else None


def name_voices(turns: Mapping[str, Sequence[Turn]], live: Named) -> dict[Key, Who]:
    """Each voice with a person's name, or numbered as a stranger's, by first appearance."""
    voices: defaultdict[Key, list[Turn]] = defaultdict(list)
    for track, found in turns.items():
        for turn in found:
            voices[track, turn.label].append(turn)
    named: dict[Key, Who] = {}
    strangers = 0
    for key, own in sorted(voices.items(), key=lambda item: min(t.start_s for t in item[1])):
        who = _enrolled(own) or _heard(own, live)
        if who is None:
            strangers += 1
            who = Who(f"voice:{key[0]}:{key[1]}", f"Voice {strangers}", 0.5)
        named[key] = who
    return _numbered(named, voices)


def _enrolled(turns: Sequence[Turn]) -> Who | None:
    names: Votes = defaultdict(float)
    for turn in turns:
        if turn.name:
            names["", turn.name] += _length_s(turn) * turn.confidence
    if not names:
        return None
    (_, name), weight = _most(names)
    total_s = sum(_length_s(turn) for turn in turns)
    return Who("", name, max(0.0, 1 - weight / total_s) if total_s else 0.5)


def _heard(turns: Sequence[Turn], live: Named) -> Who | None:
    votes: Votes = defaultdict(float)
    for turn in turns:
        for person, seconds in live.votes(turn.start_s, turn.end_s).items():
            votes[person] += seconds
    if not votes:
        return None
    (participant_id, speaker), best_s = _most(votes)
    share = best_s / sum(votes.values())
    if best_s < LEAST_S or share < LEAST_SHARE:
        return None
    return Who(participant_id, speaker, 1 - share)


def _numbered(named: Mapping[Key, Who], voices: Mapping[Key, Sequence[Turn]]) -> dict[Key, Who]:
    """Several voices on the own track of one participant become "Name · voice 1", "… 2"."""
    shared: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for key, who in named.items():
        if key[0] != MIX:
            shared[key[0], who.speaker].append(key)
    result = dict(named)
    for keys in shared.values():
        lengths = {key: sum(map(_length_s, voices[key])) for key in keys}
        total_s = sum(lengths.values())
        least_s = max(LEAST_VOICE_S, LEAST_VOICE_SHARE * total_s)
        real = [key for key in keys if lengths[key] >= least_s]
        for number, key in enumerate(real if len(real) > 1 else (), start=1):
            who = named[key]
            result[key] = Who(who.participant_id, f"{who.speaker} · voice {number}", who.doubt)
    return result


def _length_s(turn: Turn) -> float:
    return turn.end_s - turn.start_s


def _most(votes: Votes) -> tuple[tuple[str, str], float]:
    return max(votes.items(), key=lambda item: item[1])
