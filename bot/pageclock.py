"""Page time tied to this machine's monotonic clock by timed questions over the socket."""

from collections import deque

_KEPT = 120


class PageClock:
    """The answer that came back fastest tells the offset best."""

    def __init__(self) -> None:
        self._answers: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    @property
    def known(self) -> bool:
        """Whether an offset was measured."""
        return bool(self._answers)

    @property
    def round_trip_s(self) -> float:
        """The shortest round trip of late."""
        return min(self._answers)[0] if self._answers else 0.0

    def reset(self) -> None:
        """A new page has a new zero."""
        self._answers.clear()

    def hear(self, received_s: float, page_ms: float) -> None:
        """A first word of the page: a rough offset until the first answer."""
        self._answers.append((1.0, received_s - page_ms / 1000))

    def answer(self, sent_s: float, received_s: float, page_ms: float) -> None:
        """A question sent and answered at these monotonic seconds."""
        middle = (sent_s + received_s) / 2
        self._answers.append((received_s - sent_s, middle - page_ms / 1000))

    def monotonic_s(self, page_ms: float) -> float:
        """The monotonic second of a page time. Raises ValueError while nothing is known."""
        if not self._answers:
            raise ValueError("no offset was measured yet")
        return page_ms / 1000 + min(self._answers)[1]
