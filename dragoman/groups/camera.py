"""How the bot's picture looks."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from dragoman.groups.base import Group


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
    record: Path | None = Field(None, description="Also write the picture to this MP4 file.")
    png: Path | None = Field(None, description="Keep the last picture in this PNG file.")
