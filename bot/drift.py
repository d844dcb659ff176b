"""The drift report: which strategy found what on the page, and what only a fall-back found."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.locators import AS_OF, EXPECTED, Targets

Answers = Mapping[tuple[str, str], int]
"""(target, strategy) -> how often it answered."""
BY_TEXT = "text"
"""The name of what finds a button by its words where no strategy answers."""


def drifted(targets: Targets, answered: Counter[tuple[str, str]]) -> dict[str, str]:
    """Targets whose first strategy never answered -> the one that did."""
    best: dict[str, str] = {}
    for name, strategies in targets.items():
        ways = [strategy.name for strategy in strategies]
        used = [way for way in (*ways, BY_TEXT) if answered[name, way]]
        if used and used[0] != ways[0]:
            best[name] = used[0]
    return best


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What the locators of one date did on the pages of one meeting."""

    language: str
    """Of the page."""
    answered: dict[str, str]
    """Target -> the best strategy that found it."""
    drifted: dict[str, str]
    """Those of them that their first strategy did not find."""
    missing: tuple[str, ...] = ()
    """Targets that should have been there, at the places that were reached."""
    places: tuple[str, ...] = field(default=())
    as_of: str = AS_OF

    def __str__(self) -> str:
        """One line for the meeting's record."""
        ways = ", ".join(f"{target}: {way}" for target, way in sorted(self.answered.items()))
        fallen = ", ".join(sorted(self.drifted)) or "none"
        lost = ", ".join(self.missing) or "none"
        return (
            f"locators of {self.as_of}, page in {self.language or 'no language'}; "
            f"by a fall-back: {fallen}; not found: {lost}; {ways}"
        )


def report(
    targets: Targets, answered: Counter[tuple[str, str]], language: str, places: tuple[str, ...]
) -> DriftReport:
    """The report of a meeting that reached these places."""
    best = {
        name: next(way for way in (*(s.name for s in strategies), BY_TEXT) if answered[name, way])
        for name, strategies in targets.items()
        if any(answered[name, way] for way in (*(s.name for s in strategies), BY_TEXT))
    }
    expected = [name for place in places for name in EXPECTED.get(place, ())]
    missing = tuple(dict.fromkeys(name for name in expected if name not in best))
    return DriftReport(language, best, drifted(targets, answered), missing, places)
