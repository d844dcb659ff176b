"""What waits to be drawn: the newest revision of each caption, never more than a few."""

import logging
from dataclasses import dataclass

from domain.captions import Caption
from overlay.frame import Card
from overlay.settings import OverlaySettings

logger = logging.getLogger(__name__)

LIMIT = 64


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that came since the last drawing."""

    captions: tuple[Caption, ...] = ()
    card: tuple[Card | None] | None = None
    """The card in a tuple of its own where one was set or taken away."""
    settings: OverlaySettings | None = None
    since_s: float | None = None
    """When the first of it came; None if nothing came."""


class Inbox:
    """Coalesces by caption id; the oldest caption is dropped when it is full."""

    def __init__(self) -> None:
        self.dropped = 0
        self._captions: dict[str, Caption] = {}
        self._card: tuple[Card | None] | None = None
        self._settings: OverlaySettings | None = None
        self._since_s: float | None = None

    def caption(self, caption: Caption, at_s: float) -> None:
        """Keeps the newest revision."""
        known = self._captions.get(caption.id)
        if known is not None and known.revision >= caption.revision:
            return
        self._captions[caption.id] = caption
        self._touch(at_s)
        if len(self._captions) > LIMIT:
            self._captions.pop(next(iter(self._captions)))
            self.dropped += 1
            if self.dropped == 1:
                logger.warning("Captions come faster than they are drawn; some are not shown")

    def card(self, card: Card | None, at_s: float) -> None:
        """The card to show from now on."""
        self._card = (card,)
        self._touch(at_s)

    def settings(self, settings: OverlaySettings, at_s: float) -> None:
        """The settings that hold from now on."""
        self._settings = settings
        self._touch(at_s)

    def take(self) -> Changes:
        """Everything that waits, and forgets it."""
        changes = Changes(tuple(self._captions.values()), self._card, self._settings, self._since_s)
        self._captions.clear()
        self._card, self._settings, self._since_s = None, None, None
        return changes

    def _touch(self, at_s: float) -> None:
        if self._since_s is None:
            self._since_s = at_s
