"""How the bot's picture looks."""

import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from dragoman.groups.base import Group

V4L2 = "v4l2:"
WEBCAMS = "off, auto, v4l2:/dev/videoN (Linux) or obs (macOS, Windows)"


class CameraGroup(Group):
    """How the bot's picture looks."""

    on: bool = Field(True, description="Show captions as the bot's camera.")
    layout: Literal["subtitle", "split", "interpreter", "full"] = Field(
        "split",
        description="subtitle (one language), split (two), interpreter (two, without "
        "the original) or full (large type only).",
    )
    theme: Literal["dark", "light", "high-contrast"] = Field("dark", description="Colours.")
    large: bool = Field(False, description="Largest type, one utterance at a time.")
    show_original: bool = Field(True, description="The spoken words beside the translation.")
    viewer_link: bool = Field(
        True,
        description="The viewers' link on the picture, and its QR code while nobody speaks, "
        "where the server has a public address (server.public_url).",
    )
    record: Path | None = Field(None, description="Also write the picture to this MP4 file.")
    png: Path | None = Field(None, description="Keep the last picture in this PNG file.")
    webcam: str = Field(
        "off",
        description="Also show the picture to other programs as a virtual webcam: "
        f"{WEBCAMS}. auto takes a v4l2loopback device that is free, if there is one.",
    )

    @field_validator("webcam")
    @classmethod
    def _webcam(cls, webcam: str) -> str:
        linux = sys.platform == "linux"
        if webcam in ("off", "auto"):
            return webcam
        if webcam != "obs" and not webcam.startswith(V4L2 + "/dev/"):
            raise ValueError(f"unknown webcam {webcam!r}; known: {WEBCAMS}")
        if (webcam == "obs") is linux:
            raise ValueError(f"{webcam!r} is not for this system; known: {WEBCAMS}")
        return webcam
