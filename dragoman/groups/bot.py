"""How the bot behaves in a meeting."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from dragoman.groups.base import Group


class BotGroup(Group):
    """How the bot behaves in a meeting."""

    name: str = Field("Dragoman", min_length=1, max_length=60, description="Display name.")
    headless: bool | None = Field(
        None,
        description="Without a window. Default: a private X server for Google Meet, headless "
        "for a site given by --base-url.",
    )
    browser: Path | None = Field(
        None, description="Path of Chrome or Chromium. Default: the first one installed."
    )
    profile: Path | None = Field(
        None, description="Folder of a browser profile that is kept. Default: a temporary one."
    )
    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Of the browser. auto: on, except for root, for whom Chromium refuses it; "
        "off only where a container is wall enough.",
    )
    sink: Literal["auto", "off"] = Field(
        "auto",
        description="A private PulseAudio sink as the third path of the sound. auto: where "
        "pulseaudio and pulseaudio-utils are installed.",
    )
    microphone: bool = Field(
        False,
        description="Join with the microphone on; silent unless voice.microphone_language is set.",
    )
    announce: bool = Field(True, description="One chat line on joining that says who the bot is.")
    start_timeout_s: float = Field(60, gt=0, description="From start to the join button.")
    lobby_timeout_s: float = Field(600, gt=0, description="Longest wait in the lobby.")
    help_timeout_s: float = Field(
        120, gt=0, description="How long a captcha may wait for a person to solve it."
    )
    cap_s: float = Field(4 * 3600, gt=0, description="Longest stay in a meeting.")
    alone_s: float = Field(60, gt=0, description="Leaves when alone for so long.")
    silence_s: float = Field(600, gt=0, description="Leaves after so long without speech.")
