"""Commands in the meeting's chat."""

from typing import Literal

from pydantic import Field

from dragoman.groups.base import Group

Whom = Literal["everyone", "host", "off"]


class ChatGroup(Group):
    """Commands in the meeting's chat."""

    commands: Whom = Field(
        "everyone",
        description="Who may give the bot commands in the chat: everyone, host (the meeting's "
        "hosts) or off.",
    )
    leave: Whom = Field("everyone", description="Who may send the bot away with leave or /leave.")
    each: int = Field(6, ge=1, le=60, description="Commands of one person in a minute.")
    together: int = Field(20, ge=1, le=200, description="Commands of all people in a minute.")
