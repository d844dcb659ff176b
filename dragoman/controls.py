"""What pages, the API and the chat may ask of a session: one mechanism, many senders."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from domain.errors import UsageError
from domain.meetings import Reason
from dragoman.cards import help_card, idle_card, paused_card
from dragoman.groups.camera import CameraGroup
from dragoman.pause import Pause
from dragoman.targets import Targets
from overlay.overlay import Overlay
from overlay.settings import OverlaySettings


class Stop(Protocol):
    """Ends a session."""

    def __call__(self, reason: Reason, evidence: str = "", /) -> None:
        """At once; asking again changes nothing."""
        ...


class SessionControls:
    """Implements `web.controls.Controls`. What is asked before the session or its overlay
    is there is done once they are.
    """

    def __init__(
        self,
        camera: CameraGroup,
        targets: Targets,
        tell: Callable[[Mapping[str, object]], None],
        name: str = "",
    ) -> None:
        self._settings = OverlaySettings(
            targets=targets.now,
            layout=camera.layout,
            theme=camera.theme,
            large=camera.large,
            show_original=camera.show_original,
        )
        self._changes: dict[str, Any] = {}
        self._overlay: Overlay | None = None
        self._stop: Stop | None = None
        self._leaving: tuple[Reason, str] | None = None
        self._paused = False
        self._paused_by = ""
        self._helping = False
        self._pause: Pause | None = None
        self._name = name
        self._tell = tell
        self.keep_evidence: Callable[[], Awaitable[str]] | None = None
        """Set while there is a page."""
        self.targets = targets
        targets.on(self._retarget)
        self._tell_look()

    @property
    def settings(self) -> OverlaySettings:
        """How the picture looks, or will look."""
        return self._settings

    @property
    def paused(self) -> bool:
        """Whether the bot pauses, or will when it is there."""
        return self._paused

    def leave(self, reason: Reason = Reason.LEFT, evidence: str = "") -> None:
        """Makes the bot leave; asking again changes nothing."""
        self._leaving = self._leaving or (reason, evidence)
        if self._stop is not None:
            self._stop(reason, evidence)

    def look(self, changes: Mapping[str, object]) -> None:
        """Changes the picture at once, and with `languages` what is translated. Raises
        UsageError for a wrong value."""
        given = dict(changes)
        languages = given.pop("languages", None)
        wanted = {**self._changes, **given}
        settings = replace(self._settings, **wanted)
        if languages is not None:
            if not isinstance(languages, list | tuple):
                raise UsageError("The languages are no list.", 'Such as: ["es", "fr"]')
            self.targets.set(languages)
        self._changes = wanted
        self._settings = replace(settings, targets=self.targets.now)
        self._apply()

    def pause(self, paused: bool, by: str = "") -> None:
        """Stops listening, or goes on; the picture says so, and who asked where that is told."""
        self._paused, self._paused_by = paused, by
        if self._pause is not None:
            self._pause.set(paused)
        self._show_card()

    def help(self, shown: bool) -> None:
        """Shows the chat's commands and the way to the viewers' page, over everything else, or
        what was there before."""
        self._helping = shown
        self._show_card()

    async def evidence(self) -> str:
        """Keeps what the bot's page looks like now. Raises UsageError where there is none."""
        if self.keep_evidence is None:
            raise UsageError("There is no page to keep evidence of.", "Wait for the bot.")
        return await self.keep_evidence()

    def begin(self, stop: Stop) -> None:
        """The session is there: `stop` ends it."""
        self._stop = stop
        if self._leaving is not None:
            stop(*self._leaving)

    def attach(self, overlay: Overlay, settings: OverlaySettings, pause: Pause) -> None:
        """The stay begins: its overlay, made with these settings, and its pauses."""
        self._overlay, self._pause = overlay, pause
        pause.set(self._paused)
        self._show_card()
        self._settings = replace(settings, **self._changes, targets=self.targets.now)
        if self._settings != settings:
            overlay.apply(self._settings)

    def _retarget(self, codes: tuple[str, ...]) -> None:
        self._settings = replace(self._settings, targets=codes)
        self._apply()
        self._show_card()

    def _apply(self) -> None:
        self._tell_look()
        if self._overlay is not None:
            self._overlay.apply(self._settings)

    def _show_card(self) -> None:
        if self._overlay is None:
            return
        codes: Sequence[str] = self.targets.now
        if self._helping:
            self._overlay.set_card("help", help_card(self._name))
        elif self._paused:
            self._overlay.set_card("paused", paused_card(self._paused_by, codes))
        else:
            self._overlay.set_card("idle", idle_card(self._name, codes))

    def _tell_look(self) -> None:
        now = self._settings
        self._tell(
            {
                "layout": now.layout,
                "theme": now.theme,
                "large": now.large,
                "show_original": now.show_original,
                "languages": list(now.targets),
            }
        )
