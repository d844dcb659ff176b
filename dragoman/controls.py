"""What the live page may ask of a session: another look of the picture, and to leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.meetings import Reason
from dragoman.groups.camera import CameraGroup
from dragoman.pause import Pause
from overlay.overlay import Overlay
from overlay.settings import OverlaySettings


class SessionControls:
    """Implements `web.controls.Controls`. What is asked before the session or its overlay
    is there is done once they are.
    """

    def __init__(self, camera: CameraGroup, tell: Callable[[Mapping[str, object]], None]) -> None:
        self._settings = OverlaySettings(
            layout=camera.layout,
            theme=camera.theme,
            large=camera.large,
            show_original=camera.show_original,
        )
        self._changes: dict[str, Any] = {}
        self._overlay: Overlay | None = None
        self._stop: Callable[[Reason], None] | None = None
        self._leaving = False
        self._paused = False
        self._pause: Pause | None = None
        self._idle: Sequence[str] = ()
        self._tell = tell
        self._tell_look()

    def leave(self) -> None:
        """Makes the bot leave; asking again changes nothing."""
        self._leaving = True
        if self._stop is not None:
            self._stop(Reason.LEFT)

    def look(self, changes: Mapping[str, object]) -> None:
        """Changes the picture at once. Raises UsageError for a wrong value."""
        wanted = {**self._changes, **changes}
        self._settings = replace(self._settings, **wanted)
        self._changes = wanted
        self._tell_look()
        if self._overlay is not None:
            self._overlay.apply(self._settings)

    def pause(self, paused: bool) -> None:
        """Stops listening, or goes on; the picture says so."""
        self._paused = paused
        if self._pause is not None:
            self._pause.set(paused)
        if self._overlay is not None:
            self._show_card(self._overlay)

    def _show_card(self, overlay: Overlay) -> None:
        if self._paused:
            overlay.set_card("paused")
        else:
            overlay.set_card("idle", self._idle)

    def begin(self, stop: Callable[[Reason], None]) -> None:
        """The session is there: `stop` ends it."""
        self._stop = stop
        if self._leaving:
            stop(Reason.LEFT)

    def attach(
        self, overlay: Overlay, settings: OverlaySettings, pause: Pause, idle: Sequence[str] = ()
    ) -> None:
        """The stay begins: its overlay, made with these settings, its pauses, and what the
        picture says while nobody speaks."""
        self._overlay, self._pause, self._idle = overlay, pause, idle
        pause.set(self._paused)
        self._show_card(overlay)
        self._settings = replace(settings, **self._changes)
        if self._changes:
            overlay.apply(self._settings)

    def _tell_look(self) -> None:
        now = self._settings
        self._tell(
            {
                "layout": now.layout,
                "theme": now.theme,
                "large": now.large,
                "show_original": now.show_original,
            }
        )
