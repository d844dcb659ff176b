"""The server that sends bots and serves pages."""

from pathlib import Path

from pydantic import Field

from dragoman.groups.base import Group


class ServerGroup(Group):
    """The server that sends bots and serves pages."""

    host: str = Field("127.0.0.1", description="Address to listen at.")
    port: int = Field(8470, ge=0, le=65535, description="Port; 0 takes a free one.")
    public_url: str = Field(
        "", description="Address under which people reach the server, for links and QR codes."
    )
    bots: int = Field(10, ge=1, le=500, description="Bots at a time; further ones are queued.")
    ends_bots: bool = Field(
        False,
        description="Bots leave their meetings when the server stops, as in a container that "
        "ends with it.",
    )
    orphan_s: float = Field(
        120, gt=0, description="A bot that was not heard of for so long is taken for dead."
    )
    base_url: str = Field(
        "", description="Site to send bots to, for another site than Google's that acts like it."
    )
    key_file: Path | None = Field(
        None, description="File of the key that signs links. Default: in the data folder."
    )
