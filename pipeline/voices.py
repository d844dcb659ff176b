"""Voices told apart in the sound: whose they are, and how many are behind one participant."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.speakers import Turn
from domain.speech import SpokenUpdate, Word
from pipeline.align import fold
from pipeline.correlate import Correlator, Facts, Named
from pipeline.evidence import Kind, Ours, Said, best_lag_s
from pipeline.people import People
from pipeline.timeline import Change
from pipeline.turns import Turns, overlap

_ROOM_SPOKEN_S = 8.0
_ROOM_CHANGES = 3
_KEEP_WORDS = 1500
_SURE = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """The voice of a stretch."""

    label: str
    share: float
    """Of the stretch, 0..1."""
    named: Named | None


@dataclass(slots=True)
class _Stream:
    turns: Turns = field(default_factory=Turns)
    names: Correlator = field(default_factory=Correlator)
    words: deque[tuple[Word, str]] = field(default_factory=lambda: deque(maxlen=_KEEP_WORDS))
    rooms: dict[str, list[str]] = field(default_factory=dict)
    """Voices by participant, where there are several, in the order in which they spoke."""


class Voices:
    """Every stream's voices. A stream is a track that does not come apart, or a participant."""

    def __init__(self, people: People, *, rooms: bool) -> None:
        self._people = people
        self._rooms = rooms
        self._streams: dict[str, _Stream] = {}
        self.over = False
        """No turn follows."""

    def streams(self) -> list[str]:
        """Every stream so far."""
        return list(self._streams)

    def take(self, stream: str, turns: Sequence[Turn]) -> None:
        """Takes turns of a stream that are new or have changed."""
        if turns:
            self._streams.setdefault(stream, _Stream()).turns.take(turns)

    def hear(self, stream: str, update: SpokenUpdate) -> None:
        """Takes recognised words, to be compared with captions."""
        if stream in self._streams:
            self._streams[stream].words.extend((word, update.language) for word in update.words)

    def frontier_s(self, stream: str) -> float:
        """Up to where voices are told apart; infinite where they are not."""
        known = self._streams.get(stream)
        return known.turns.frontier_s if known and not self.over else float("inf")

    def sure(self, stream: str) -> bool:
        """Whether everybody's voice has a name beyond doubt."""
        known = self._streams.get(stream)
        if known is None:
            return False
        names = [known.names.of(label) for label in known.turns.spans()]
        return bool(names) and all(name and name.doubt <= _SURE for name in names)

    def rooms(self, stream: str) -> Mapping[str, Sequence[str]]:
        """Participants with several people behind them: their voices, in order of speaking."""
        known = self._streams.get(stream)
        return known.rooms if known else {}

    def lag_s(self, stream: str, said: Sequence[Said]) -> float | None:
        """The lag at which captions fit a stream's voices best."""
        known = self._streams.get(stream)
        return best_lag_s(known.turns.spans(), said) if known else None

    def name(
        self, stream: str, said: Sequence[Said], lags_s: Mapping[Kind, float], now_s: float
    ) -> None:
        """Weighs anew whose a stream's voices are."""
        known = self._streams.get(stream)
        if known is None:
            return
        turns = known.turns
        ours = [
            Ours(
                (word.start_s + word.end_s) / 2,
                turns.at(word.start_s, word.end_s),
                fold(word.text),
                language,
            )
            for word, language in known.words
            if word.end_s > now_s - 180.0
        ]
        known.names.update(Facts(turns, said, ours, lags_s, now_s, self._people.id_of_name))
        people = {hint.participant_id for hint in said}
        for person in people if self._rooms else ():
            _look_behind(known, person, known.names.labels(person))

    def count(self, stream: str, participant_id: str) -> None:
        """Looks how many voices a participant's own stream has."""
        known = self._streams.get(stream)
        if known and self._rooms:
            _look_behind(known, participant_id, known.turns.labels())

    def of(self, stream: str, start_s: float, end_s: float) -> Heard | None:
        """The voice that has most of a stretch."""
        known = self._streams.get(stream)
        shares = known.turns.share(start_s, end_s) if known else {}
        if known is None or not shares:
            return None
        best = max(shares, key=lambda label: shares[label])
        share = min(1.0, shares[best] / max(end_s - start_s, 0.01))
        return Heard(best, share, known.names.of(best))

    def display(self, stream: str, label: str, participant_id: str, name: str) -> str:
        """A participant's name, with the number of the voice where several share it."""
        known = self._streams.get(stream)
        if known is None:
            return name
        enrolled, _ = known.turns.enrolled(label)
        room = known.rooms.get(participant_id, [])
        stranger = enrolled and not self._people.id_of_name(enrolled)
        if stranger or (enrolled and (label in room or not name)):
            return enrolled
        if label not in room or not name:
            return name
        return f"{name} · voice {room.index(label) + 1}"

    def change(self, stream: str, after_s: float, until_s: float) -> Change | None:
        """The first time that another voice takes the floor; whose it is shows by its time."""
        known = self._streams.get(stream)
        found = known.turns.change(after_s, until_s) if known else None
        return Change(found.at_s, "", "", confirmed=True) if found else None

    def label(self, stream: str, start_s: float, end_s: float) -> str:
        """The voice of a word; empty where none is near."""
        known = self._streams.get(stream)
        return known.turns.at(start_s, end_s) if known else ""

    def named(self, stream: str, label: str) -> Named | None:
        """Whose voice it is, as far as that is known."""
        known = self._streams.get(stream)
        return known.names.of(label) if known else None

    def owners(self, stream: str) -> set[str]:
        """Participants who have a voice of the stream."""
        known = self._streams.get(stream)
        names = [known.names.of(label) for label in known.turns.labels()] if known else []
        return {named.participant_id for named in names if named}


def _spoken_s(spans: Sequence[tuple[float, float]]) -> float:
    return overlap(spans, float("-inf"), float("inf"))


def _look_behind(known: _Stream, person: str, labels: Sequence[str]) -> None:
    """Several people are behind a participant where voices speak long and in turns."""
    spans = known.turns.spans()
    room = known.rooms.get(person, [])
    long = [
        label
        for label in known.turns.labels()
        if label in labels and _spoken_s(spans.get(label, ())) >= _ROOM_SPOKEN_S
    ]
    floor = [turn.label for turn in known.turns.leaders() if turn.label in long]
    changes = sum(one != two for one, two in zip(floor, floor[1:], strict=False))
    if len(long) >= 2 and (room or changes >= _ROOM_CHANGES):
        known.rooms[person] = [*room, *(label for label in long if label not in room)]
