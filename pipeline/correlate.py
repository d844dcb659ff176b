"""Names for voices that were told apart, from what Meet tells of its participants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.assignment import Match, assign
from pipeline.evidence import Kind, Ours, Said, Table, evidence, faded
from pipeline.turns import Span, Turns

BAR_S = 1.0
"""Evidence that a name must have over nobody."""
_LEAST_MARGIN_S = 0.5
_LEAST_MARGIN = 0.2
_LEAST_COVERAGE = 0.35
_STICK_S = 1.5
_STICK = 0.25
_SURE_S = 2.0
_ENROLLED_S = 30.0
_SHARED_S = 4.0
_SHARED_COVERAGE = 0.5
_RIVAL = 0.4
_SHARED_DOUBT = 0.1
_LEAST_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Named:
    """Whose voice it is; 0 sure .. 1 a guess."""

    participant_id: str
    doubt: float
    enrolled: str = ""
    """The name of an enrolled voice; participant_id is empty if it is not on the roster."""
    shared: bool = False
    """Another voice has the participant by the assignment; this one came beside it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that speaks for one voice being one participant."""

    turns: Turns
    said: Sequence[Said]
    ours: Sequence[Ours]
    lags_s: Mapping[Kind, float]
    now_s: float
    id_of: Callable[[str], str]
    """The participant of a name; empty where nobody, or more than one, has it."""


class Correlator:
    """One stream's voices and who they are; names hold until others are clearly better."""

    def __init__(self) -> None:
        self._names: dict[str, Named] = {}

    def of(self, label: str) -> Named | None:
        """Whose voice it is, as far as that is known."""
        return self._names.get(label)

    def labels(self, participant_id: str) -> list[str]:
        """The voices of a participant."""
        return [key for key, named in self._names.items() if named.participant_id == participant_id]

    def update(self, facts: Facts) -> None:
        """Weighs everything anew."""
        voices = facts.turns.spans()
        raw = evidence(voices, facts.said, facts.ours, facts.lags_s, facts.now_s)
        for label in facts.turns.labels():
            raw.setdefault(label, {})
        self._add_enrolled(raw, facts)
        spoken = {label: _seconds(voices.get(label, ()), facts.now_s) for label in raw}
        matches = assign(self._with_held(raw), BAR_S)
        names: dict[str, Named] = {}
        for label, match in matches.items():
            named = self._judge(label, match, raw[label], spoken[label])
            if named:
                names[label] = named
        taken = {named.participant_id for named in names.values()}
        for label in raw:
            shared = _shared(raw[label], spoken[label], taken) if label not in names else None
            if shared:
                names[label] = shared
        self._names = _enrolled(names, facts.turns)

    def _add_enrolled(self, raw: Table, facts: Facts) -> None:
        for label in raw:
            name, confidence = facts.turns.enrolled(label)
            person = facts.id_of(name) if name else ""
            if person:
                raw[label][person] = raw[label].get(person, 0.0) + _ENROLLED_S * confidence

    def _with_held(self, raw: Table) -> Table:
        """The evidence with a lead for the names that are held."""
        table = {label: dict(row) for label, row in raw.items()}
        for label, named in self._names.items():
            if label in table and named.participant_id and not named.shared:
                row = table[label]
                score = row.get(named.participant_id, 0.0)
                row[named.participant_id] = score + max(_STICK_S, _STICK * score)
        return table

    def _judge(
        self, label: str, match: Match, row: Mapping[str, float], spoken_s: float
    ) -> Named | None:
        held = self._names.get(label)
        score = row.get(match.participant_id, 0.0)
        doubt = _doubt(score, row)
        if held and held.participant_id == match.participant_id:
            return replace(held, doubt=doubt if score else held.doubt, shared=False)
        enough = match.margin >= max(_LEAST_MARGIN_S, _LEAST_MARGIN * score)
        rival = max((v for key, v in row.items() if key != match.participant_id), default=0.0)
        if not (enough or rival <= _RIVAL * score) or score < _LEAST_COVERAGE * spoken_s:
            return None
        return Named(match.participant_id, doubt)


def _doubt(score: float, row: Mapping[str, float]) -> float:
    pure = score / sum(row.values()) if score else 0.0
    return round(max(_LEAST_DOUBT, 1 - pure * min(1.0, score / _SURE_S)), 2)


def _shared(row: Mapping[str, float], spoken_s: float, taken: set[str]) -> Named | None:
    """A further voice of a participant who has one already, where all speaks for that."""
    ranked = sorted(row.values(), reverse=True)
    if not ranked or ranked[0] < max(_SHARED_S, _SHARED_COVERAGE * spoken_s):
        return None
    if len(ranked) > 1 and ranked[1] > _RIVAL * ranked[0]:
        return None
    person = max(row, key=lambda key: row[key])
    if person not in taken:
        return None
    return Named(person, min(1.0, _doubt(ranked[0], row) + _SHARED_DOUBT), shared=True)


def _enrolled(names: dict[str, Named], turns: Turns) -> dict[str, Named]:
    for label in turns.labels():
        name, confidence = turns.enrolled(label)
        if name and label in names:
            names[label] = replace(names[label], enrolled=name)
        elif name:
            names[label] = Named("", round(max(_LEAST_DOUBT, 1 - confidence), 2), name)
    return names


def _seconds(spans: Sequence[Span], now_s: float) -> float:
    """Speech of late, older speech counting less, as in the evidence."""
    total_s = 0.0
    for start_s, end_s in spans:
        total_s += (end_s - start_s) * faded(end_s, now_s)
    return total_s
