"""Recorded sound, and the bot's own pages."""

from pydantic import Field

from dragoman.groups.base import Group


class WebGroup(Group):
    """The bot's own pages."""

    port: int = Field(0, ge=0, le=65535, description="Port on 127.0.0.1; 0 takes a free one.")
    keep: bool = Field(False, description="Keep the live page up after the meeting.")


class FilesGroup(Group):
    """Recorded sound."""

    largest_gb: float = Field(20, gt=0, description="Larger files are not transcribed.")
