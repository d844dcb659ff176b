"""Whether the camera's picture really leaves: counted, read back, repaired once, then told."""

from collections.abc import Callable
from typing import Any

_PATIENCE_S = 6.0
"""So long nothing may leave before it is repaired, and again before the repair has failed."""
_WRONG = 3
"""So many readings in a row must differ from our picture before it counts as another one."""


class ReadBack:
    """Fed with what the page measures of its own sending."""

    def __init__(self, notice: Callable[[str, str, float], None]) -> None:
        self.frames_sent = 0
        """Video frames that WebRTC has sent, as the page counts them."""
        self.same: bool | None = None
        """Whether the track being sent carries our picture; None while it cannot be read."""
        self.expected: Callable[[], bool] = lambda: True
        """Whether the page says that the camera is on."""
        self.repair: Callable[[], None] = lambda: None
        """Asks the page for a fresh track."""
        self._notice = notice
        self._state = "waiting"
        self._bad_since: float | None = None
        self._wrong = 0

    @property
    def arrives(self) -> bool:
        """Whether the picture was leaving when it was last measured."""
        return self._state == "sending"

    def take(self, message: dict[str, Any], at_s: float) -> None:
        """A measurement of the page."""
        frames = message.get("frames")
        if not isinstance(frames, int):
            return
        moved = frames != self.frames_sent
        self.frames_sent = frames
        same = message.get("same")
        self.same = same if isinstance(same, bool) else None
        self._wrong = self._wrong + 1 if self.same is False else 0
        if not self.expected():
            self._state, self._bad_since = "off", None
        elif moved and self._wrong < _WRONG:
            self._good(at_s)
        else:
            self._bad(moved, at_s)

    def _good(self, at_s: float) -> None:
        if self._state != "sending" and self._wrong == 0:
            self._state = "sending"
            self._notice("camera_sending", "The camera picture is being sent.", at_s)
        self._bad_since = None

    def _bad(self, moved: bool, at_s: float) -> None:
        if self._bad_since is None:
            self._bad_since = at_s
        if at_s - self._bad_since < (0.0 if moved else _PATIENCE_S):
            return
        if self._state in ("waiting", "off", "sending"):
            self._state, self._bad_since = "repairing", at_s
            what = "Another picture than ours" if moved else "No camera picture"
            self._notice("camera_stalled", f"{what} leaves the browser; it is set right.", at_s)
            self.repair()
        elif self._state == "repairing" and at_s - self._bad_since >= _PATIENCE_S:
            self._state = "failed"
            self._notice("camera_not_sent", "The camera tile is not being sent.", at_s)
