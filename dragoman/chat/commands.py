"""What each command of the chat does, and what is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from domain.errors import UsageError
from domain.events import Notice
from domain.languages import own_name
from domain.meetings import Reason
from dragoman.chat import report
from dragoman.chat.orders import Order, languages_of, switch_of
from dragoman.chat.phrases import say
from dragoman.controls import SessionControls
from overlay.settings import LAYOUTS
from web.live_state import LiveSnapshot

HELP_S = 20.0
"""How long the picture shows the commands."""
FONTS = {"large": True, "normal": False}


@dataclass(frozen=True, slots=True)
class ChatParts:
    """What commands are obeyed with."""

    controls: SessionControls
    say: Callable[[str], Awaitable[bool]]
    snapshot: Callable[[], LiveSnapshot]
    engines: report.Engines
    missing: Callable[[Sequence[str]], Sequence[tuple[str, str]]]
    """Directions into these languages that nothing here can translate."""
    notify: Callable[[Notice], None]
    now_s: Callable[[], float]


class ChatCommands:
    """Does what the chat asks for, by the same controls as the pages."""

    def __init__(self, parts: ChatParts) -> None:
        self._parts = parts
        self._helping: asyncio.TimerHandle | None = None
        self._obey: dict[str, Callable[[str, str], str]] = {
            "help": self._help,
            "status": self._status,
            "lang": self._lang,
            "layout": self._layout,
            "font": self._font,
            "original": self._original,
            "speakers": self._speakers,
            "pause": self._pause,
            "resume": self._resume,
            "leave": self._leave,
        }

    def obey(self, order: Order, sender: str) -> str:
        """Does it; the answer. Raises UsageError for an argument that makes no sense."""
        answer = self._obey[order.word](order.argument, sender)
        self._parts.notify(Notice("chat_command", f"{sender}: {order}", self._parts.now_s()))
        return answer

    def close(self) -> None:
        """Nothing is shown later on."""
        if self._helping is not None:
            self._helping.cancel()

    def _say(self, phrase: str, **values: str) -> str:
        return say(phrase, self._parts.controls.targets.now, **values)

    def _help(self, _argument: str, _sender: str) -> str:
        controls = self._parts.controls
        controls.help(True)
        self.close()
        loop = asyncio.get_running_loop()
        self._helping = loop.call_later(HELP_S, controls.help, False)
        link = controls.settings.short or controls.settings.link
        return self._say("help") + (f" {link}" if link else "")

    def _status(self, _argument: str, _sender: str) -> str:
        parts = self._parts
        return report.status(parts.snapshot(), parts.engines, parts.now_s())

    def _lang(self, argument: str, _sender: str) -> str:
        controls = self._parts.controls
        if argument:
            controls.look({"languages": languages_of(argument)})
        codes = controls.targets.now
        told = ", ".join(f"{own_name(code)} ({code})" for code in codes)
        answer = self._say("languages", into=told)
        missing = self._parts.missing(codes)
        if not missing:
            return answer
        return f"{answer} {self._say('no_translator', pairs=report.pairs(missing))}"

    def _layout(self, argument: str, _sender: str) -> str:
        said = argument.lower()
        return self._look("layout", said if said in LAYOUTS else None, said, LAYOUTS)

    def _font(self, argument: str, _sender: str) -> str:
        said = argument.lower()
        return self._look("large", FONTS.get(said), f"font {said}", tuple(FONTS))

    def _original(self, argument: str, _sender: str) -> str:
        said = argument.lower()
        return self._look("show_original", switch_of(said), f"original {said}", ("on", "off"))

    def _look(self, field: str, value: object, said: str, known: Sequence[str]) -> str:
        if value is None:
            raise UsageError("That is not possible here.", f"Known: {', '.join(known)}.")
        self._parts.controls.look({field: value})
        return self._say("done", what=said)

    def _speakers(self, _argument: str, _sender: str) -> str:
        snapshot = self._parts.snapshot()
        here, heard = report.present(snapshot), report.spoke(snapshot)
        return self._say("speakers", present=here, spoke=heard)

    def _pause(self, _argument: str, sender: str) -> str:
        self._parts.controls.pause(True, sender)
        return self._say("paused")

    def _resume(self, _argument: str, _sender: str) -> str:
        self._parts.controls.pause(False)
        return self._say("resumed")

    def _leave(self, _argument: str, _sender: str) -> str:
        self._parts.controls.leave(Reason.LEAVE_COMMAND, "somebody asked for it in the chat")
        return ""
