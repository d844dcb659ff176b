"""Models: where they come from, and the server for those that need one."""

from pathlib import Path

from pydantic import Field, SecretStr

from dragoman.groups.base import Group


class ModelsGroup(Group):
    """Models: where they come from, and the server for those that need one."""

    hub: str = Field(
        "", description="Address of the model hub. Empty: as the hub's library knows it."
    )
    token: SecretStr = Field(
        SecretStr(""), description="Access token of the hub, for models whose licence asks for one."
    )
    vllm: Path | None = Field(
        None, description="The program vllm, in an environment of its own. Empty: the one on PATH."
    )
    serve: str = Field("", description="Model that `models serve` starts. Empty: by the GPU.")
    port: int = Field(8000, ge=1, le=65535, description="Port of that server on 127.0.0.1.")
    longest: int = Field(
        4096, ge=256, le=131072, description="Longest prompt with its answer there, in tokens."
    )
    memory: float = Field(
        0.85, gt=0, le=1, description="Share of the GPU's memory that the server takes."
    )
    start_timeout_s: float = Field(
        1800, gt=0, description="Longest wait until the server is ready; it may fetch its model."
    )
