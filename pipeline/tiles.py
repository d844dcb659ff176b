"""Tiles that are lit while their participant speaks."""

from collections import deque
from collections.abc import Collection

from domain.hints import TileHint
from pipeline.timeline import Change, Timeline

_ALL = "tiles"
_KEPT = 200


class Tiles:
    """Which tiles are lit and were so of late. A lit tile stays so until it is told to be dark
    or its participant is gone: nothing is told of it meanwhile."""

    def __init__(self) -> None:
        self._lone = Timeline(hold_s=0.3, quiet_hold_s=0.45)
        self._lit: dict[str, float] = {}
        self._spans: deque[tuple[str, float, float]] = deque(maxlen=_KEPT)

    def take(self, hint: TileHint) -> None:
        """Takes a tile that lights up or goes dark."""
        if hint.speaking:
            self._lit.setdefault(hint.participant_id, hint.at_s)
        elif hint.participant_id in self._lit:
            begun_s = self._lit.pop(hint.participant_id)
            self._spans.append((hint.participant_id, begun_s, hint.at_s))
        if self._lit:
            alone = next(iter(self._lit)) if len(self._lit) == 1 else ""
            self._lone.note(_ALL, alone, hint.at_s)

    def present(self, participant_ids: Collection[str], at_s: float) -> None:
        """Everybody there from that moment on: the tiles of others are dark."""
        for gone in [person for person in self._lit if person not in participant_ids]:
            self.take(TileHint(gone, False, at_s))

    def spans(self, until_s: float) -> list[tuple[str, float, float]]:
        """Who was lit from when to when; what is lit still ends at `until_s`."""
        return [*self._spans, *((who, begun, until_s) for who, begun in self._lit.items())]

    def shares(self, start_s: float, end_s: float) -> dict[str, float]:
        """The part of a stretch in which each was lit, 0..1; those who never were left out."""
        length_s = max(end_s - start_s, 0.01)
        shares: dict[str, float] = {}
        for who, begin, end in self.spans(end_s):
            seconds = min(end, end_s) - max(begin, start_s)
            if seconds > 0:
                shares[who] = shares.get(who, 0.0) + seconds / length_s
        return shares

    def change(self, after_s: float, until_s: float) -> Change | None:
        """The first time between two moments that another tile is lit alone."""
        return self._lone.change(_ALL, after_s, until_s, until_s)
