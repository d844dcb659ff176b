"""Pauses of a stay: the bot is in the meeting and hears nothing."""

from collections.abc import AsyncIterator, Callable

from domain.audio import MIX, SAMPLE_RATE, Frame, Gap
from domain.events import Event, Listening
from domain.hints import CaptionHint, Hint

REASON = "paused"


class Pause:
    """Lets sound and captions through, or not; each pause is told as a gap when it ends.

    A line of Meet's captions that grew during a pause is left out for good: its later
    revisions hold words of the pause.
    """

    def __init__(self, publish: Callable[[Event], None], now_s: Callable[[], float]) -> None:
        self._publish = publish
        self._now_s = now_s
        self._since_s: float | None = None
        self._tainted: set[str] = set()

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
        samples = round((at_s - since_s) * SAMPLE_RATE)
        self._publish(Gap(MIX, since_s, at_s, samples, REASON))

    async def frames(self, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
        """The frames that are heard."""
        async for frame in frames:
            if not self.on:
                yield frame

    async def hints(self, hints: AsyncIterator[Hint]) -> AsyncIterator[Hint]:
        """The hints that are read: people and chat always, captions outside pauses."""
        async for hint in hints:
            if isinstance(hint, CaptionHint):
                if self.on:
                    self._tainted.add(hint.line_id)
                if hint.line_id in self._tainted:
                    continue
            yield hint
