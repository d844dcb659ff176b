"""What really happened, on the machine's monotonic clock: the truth that tests compare with."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a line and the moment at which its sound ended."""

    text: str
    end_monotonic_s: float


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line as it was spoken."""

    participant_id: str
    device_id: str
    name: str
    language: str
    text: str
    start_monotonic_s: float
    end_monotonic_s: float
    words: tuple[SpokenWord, ...]
    aligned: bool
    """The word times come from a forced alignment; else from the words' lengths."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something the bot did or that was done to it."""

    kind: str
    """opened, asked, admitted, denied, joined, left, removed, ended, mic, camera, captions."""
    at_monotonic_s: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BotChat:
    """A chat message that the bot wrote."""

    text: str
    sender: str
    at_monotonic_s: float


@dataclass(slots=True)
class Journal:
    """Everything worth comparing, in order."""

    lines: list[SpokenLine] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    bot_chat: list[BotChat] = field(default_factory=list)
    captions: list[tuple[float, str, str, bool]] = field(default_factory=list)
    """(monotonic_s, participant id, text, final) of every caption revision that was sent."""
    samples_sent: dict[str, int] = field(default_factory=dict)
    """48 kHz samples per participant."""
    zero_monotonic_s: float | None = None
    """Second 0 of the script; None before it began."""

    def note(self, kind: str, detail: str = "") -> None:
        """Writes down that something happened now."""
        self.happenings.append(Happening(kind, time.monotonic(), detail))

    def first(self, kind: str) -> Happening | None:
        """The first happening of a kind."""
        return next((item for item in self.happenings if item.kind == kind), None)
