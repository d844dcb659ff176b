"""Recordings, as the API tells of them."""

from pydantic import Field

from web.api.models import Told


class PieceTold(Told):
    """Some seconds of one track, kept in a file of its own."""

    track: str
    start_s: float = Field(description="Since the admission.")
    end_s: float
    sha256: str = Field(description="Of the FLAC file.")
    segment_ids: tuple[str, ...] = Field(description="What was heard in it.")


class GapTold(Told):
    """A stretch of which nothing is kept."""

    track: str = Field(description="mix: of every track.")
    start_s: float
    end_s: float
    reason: str


class RecordingTold(Told):
    """What is kept of a meeting's sound."""

    length_s: float
    complete: bool = Field(description="False while it grows, and where its bot was killed.")
    pieces: tuple[PieceTold, ...]
    gaps: tuple[GapTold, ...]
