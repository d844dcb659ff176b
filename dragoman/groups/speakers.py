"""Who speaks, where Meet does not tell."""

from pathlib import Path

from pydantic import Field, field_validator

from dragoman.groups.base import Group, engine
from pipeline.diarization import ENGINES


class SpeakersGroup(Group):
    """Who speaks, where Meet does not tell."""

    diarizer: str = Field(
        "auto",
        description="Tells voices apart: auto, light (a processor is enough), pyannote or none.",
    )
    model_path: Path | None = Field(
        None, description="Folder of a pyannote pipeline, or ONNX file of a speaker model."
    )

    @field_validator("diarizer")
    @classmethod
    def _known(cls, name: str) -> str:
        return engine(name, {"auto", *ENGINES})
