"""The server that commands talk to."""

from pathlib import Path

from pydantic import Field, SecretStr

from dragoman.groups.base import Group


class ClientGroup(Group):
    """The server that commands talk to."""

    server: str = Field(
        "",
        description="Address of a server that commands talk to. Default: the one that runs on "
        "the data folder, if one does.",
    )
    token: SecretStr = Field(SecretStr(""), description="Token for client.server.")
    tokens: Path = Field(
        Path("~/.config/dragoman/tokens.toml"),
        description="File with tokens by server, readable by its owner only.",
    )
