"""Whether a meeting's sound is kept."""

from pydantic import Field

from dragoman.groups.base import Group


class RecordingGroup(Group):
    """Whether a meeting's sound is kept, and how much of it."""

    on: bool = Field(
        False, description="Keep the sound of every meeting. People in it are told in the chat."
    )
    largest_gb: float = Field(
        4, gt=0, description="A meeting's recording ends at this size; captions go on."
    )
    least_free_gb: float = Field(
        1, ge=0, description="So much stays free on the disk; with less nothing is recorded."
    )
