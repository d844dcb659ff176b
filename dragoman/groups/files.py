"""Recorded sound, and the bot's own pages."""

from pydantic import Field, field_validator

from dragoman.groups.base import Group, engine
from pipeline.asr import ENGINES as RECOGNIZERS
from pipeline.diarization import ENGINES as DIARIZERS


class WebGroup(Group):
    """The bot's own pages."""

    port: int = Field(0, ge=0, le=65535, description="Port on 127.0.0.1; 0 takes a free one.")
    keep: bool = Field(False, description="Keep the live page up after the meeting.")


class FilesGroup(Group):
    """Recorded sound."""

    largest_gb: float = Field(20, gt=0, description="Larger files are not transcribed.")


class RefineGroup(Group):
    """The second pass after a meeting."""

    engine: str = Field("auto", description="Recogniser. auto: as in meetings.")
    model: str = Field(
        "", description="Its model. Empty: the most exact Whisper model that is here."
    )
    diarizer: str = Field(
        "auto", description="Tells voices apart in the whole recording. auto: as in meetings."
    )

    @field_validator("engine")
    @classmethod
    def _recognizer(cls, name: str) -> str:
        return engine(name, {"auto", *RECOGNIZERS})

    @field_validator("diarizer")
    @classmethod
    def _diarizer(cls, name: str) -> str:
        return engine(name, {"auto", "none", *DIARIZERS})
