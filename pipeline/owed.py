"""Captions of which a translation is still to come."""

from collections import Counter


class Owed:
    """Counts the finals of each caption that wait or are under way."""

    def __init__(self) -> None:
        self._finals: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._finals)

    def __contains__(self, caption_id: object) -> bool:
        return caption_id in self._finals

    def more(self, caption_id: str) -> None:
        """A final of the caption is accepted, for the first time or for another try."""
        self._finals[caption_id] += 1

    def less(self, caption_id: str) -> None:
        """A try is over, or is not waited for any longer."""
        self._finals[caption_id] -= 1
        if self._finals[caption_id] <= 0:
            del self._finals[caption_id]
