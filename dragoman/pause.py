"""Pauses of a stay: the bot is in the meeting and hears nothing."""

from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from domain.audio import MIX, SAMPLE_RATE, Frame, Gap
from domain.events import Event, Listening
from domain.hints import CaptionHint, Hint

REASON = "paused"
LAG_S = 3.0
"""What Meet's captions bring so soon after a pause may have been said in it."""
MOST_LINES = 500
MOST_PAUSES = 1000


class Pause:
    """Lets sound and captions through, or not; each pause is told as a gap when it ends.

    Sound is judged by when it was made, captions by when they came. Of a line of captions that
    was there in a pause, or came within LAG_S after it, only what is added later is let
    through, under an id of its own. Words said just before a pause that captions bring during
    it are left out.
    """

    def __init__(self, publish: Callable[[Event], None], now_s: Callable[[], float]) -> None:
        self._publish = publish
        self._now_s = now_s
        self._since_s: float | None = None
        self._past: deque[tuple[float, float]] = deque(maxlen=MOST_PAUSES)
        self._unheard: OrderedDict[str, str] = OrderedDict()

    @property
    def on(self) -> bool:
        """Whether it is a pause now."""
        return self._since_s is not None

    def set(self, paused: bool) -> None:
        """Begins or ends a pause; what is so already stays so."""
        if paused == self.on:
            return
        at_s = self._now_s()
        if self._since_s is None:
            self._since_s = at_s
        else:
            self.end()
        self._publish(Listening(not paused, at_s))

    def end(self) -> None:
        """Tells the gap of a pause that is on, if one is."""
        if self._since_s is None:
            return
        since_s, self._since_s = self._since_s, None
        at_s = self._now_s()
        self._past.append((since_s, at_s))
        samples = round((at_s - since_s) * SAMPLE_RATE)
        self._publish(Gap(MIX, since_s, at_s, samples, REASON))

    async def frames(self, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
        """The frames that are heard."""
        async for frame in frames:
            if not self._covers(frame.start_s, 0.0):
                yield frame

    async def hints(self, hints: AsyncIterator[Hint]) -> AsyncIterator[Hint]:
        """The hints that are read: people and chat always, captions outside pauses."""
        async for hint in hints:
            passed = self._outside(hint) if isinstance(hint, CaptionHint) else hint
            if passed is not None:
                yield passed

    def _covers(self, at_s: float, after_s: float) -> bool:
        if self._since_s is not None and at_s >= self._since_s:
            return True
        return any(since_s <= at_s < until_s + after_s for since_s, until_s in self._past)

    def _outside(self, hint: CaptionHint) -> CaptionHint | None:
        line = hint.line_id
        if self._covers(hint.at_s, LAG_S):
            self._unheard[line] = hint.text
            self._unheard.move_to_end(line)
            if len(self._unheard) > MOST_LINES:
                self._unheard.popitem(last=False)
            return None
        if line not in self._unheard:
            return hint
        rest = _after(self._unheard[line], hint.text)
        return replace(hint, line_id=f"{line} after a pause", text=rest) if rest else None


def _after(unheard: str, text: str) -> str:
    """What was added to a text that may have been spelled anew."""
    if " " in text.strip():
        return " ".join(text.split()[len(unheard.split()) :])
    rest = text.strip()[len(unheard.strip()) :]
    return rest if any(each.isalnum() for each in rest) else ""
