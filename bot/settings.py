"""What a bot is told when it starts."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from domain.links import MeetingLink


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSettings:
    """One stay in one meeting."""

    link: MeetingLink
    name: str
    """Display name for guests."""
    camera: bool = True
    microphone: bool = False
    """On means unmuted: silence, except for what `MeetBot.microphone` is given to play."""
    captions: bool = True
    """Switches Meet's own captions on."""
    caption_language: str = ""
    """BCP 47 code such as es-ES; empty leaves Meet's choice."""
    spoken: tuple[str, ...] = ()
    """Languages of the meeting: captions in any other are set right. Empty: anything goes."""

    headless: bool = True
    """False runs a window on `display`."""
    display: str = ""
    """X display such as :1; empty starts a private Xvfb for a headful browser."""
    browser: str = ""
    """Path of a Chromium; empty looks in the usual places."""
    profile: Path | None = None
    """Profile folder of a signed-in browser; None makes a temporary one."""
    sandbox: Literal["auto", "on", "off"] = "auto"
    """auto: on, except for root, for whom Chromium refuses it."""

    start_timeout_s: float = 60.0
    lobby_timeout_s: float = 600.0
    """Over all knocks together."""
    help_timeout_s: float = 120.0
    """How long a captcha may wait for a person."""
    cap_s: float = 4 * 3600.0
    alone_s: float = 60.0
    first_company_s: float = 300.0
    """How long it waits for the first other person after it got in."""
    silence_s: float = 600.0
    leave_timeout_s: float = 10.0
    gone_s: float = 30.0
    """How long the call's controls may be missing before the page counts as gone."""
    sink: Literal["auto", "off"] = "auto"
    """auto: a private PulseAudio sink, where the programs for it are installed."""
    reader: Literal["auto", "worklet"] = "auto"
    """worklet reads tracks by an AudioWorklet, also where the browser has something better."""
    buffer_s: float = 30.0
    """How much sound the page keeps while the bot does not listen."""

    @property
    def origin(self) -> str:
        """The site's origin, as browsers write it."""
        return self.link.site.rstrip("/")

    @property
    def sandboxed(self) -> bool:
        """Whether the browser's sandbox is used."""
        return sandboxed(self.sandbox)


def sandboxed(wanted: Literal["auto", "on", "off"]) -> bool:
    """Whether the browser's sandbox is used; auto: where Chromium allows it."""
    return os.geteuid() != 0 if wanted == "auto" else wanted == "on"
