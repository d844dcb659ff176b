"""Turns as they stand after corrections: the giver's side and the taker's side."""

from collections.abc import Iterable, Sequence

from domain.speakers import Turn


class TurnBook:
    """What a stream's turns come to.

    A turn replaces all turns of its label that it overlaps. A turn without length only takes
    away: that is how speech that went to another label is withdrawn.
    """

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    def apply(self, turns: Iterable[Turn]) -> None:
        """Takes in what `feed` or `finish` gave, in its order."""
        for turn in turns:
            self._turns = [old for old in self._turns if not _replaces(turn, old)]
            if turn.end_s > turn.start_s:
                self._turns.append(turn)

    def turns(self) -> list[Turn]:
        """All turns that stand, by their start."""
        return sorted(self._turns, key=lambda turn: (turn.start_s, turn.end_s, turn.label))


def changes(before: Sequence[Turn], after: Sequence[Turn]) -> list[Turn]:
    """What to give out so that a book that holds `before` comes to hold `after`."""
    held = set(after)
    gone = [turn for turn in before if turn not in held]
    known = set(before)
    new = [turn for turn in after if turn not in known]
    withdrawn = [
        Turn(old.label, (old.start_s + old.end_s) / 2, (old.start_s + old.end_s) / 2)
        for old in gone
        if not any(_replaces(turn, old) for turn in new)
    ]
    return [*withdrawn, *new]


def _replaces(new: Turn, old: Turn) -> bool:
    return new.label == old.label and new.start_s < old.end_s and old.start_s < new.end_s
