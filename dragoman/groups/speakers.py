"""Who speaks, where Meet does not tell."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

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
    model: str = Field(
        "pyannote/speaker-diarization-community-1",
        description="Name of a pyannote pipeline on the model hub, where no folder is given.",
    )
    hub_token: SecretStr = Field(
        SecretStr(""), description="Token of the model hub; the pipeline's conditions need one."
    )
    allow_download: bool = Field(
        False, description="Fetch the pyannote pipeline from the hub where it is not here."
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where pyannote runs.")
    step_s: float = Field(
        2, ge=0.5, le=5, description="New sound that pyannote waits for before it hears again."
    )

    recognise: float = Field(
        0,
        ge=0,
        le=1,
        description="Likeness from which a voice gets an enrolled person's name. 0: as measured "
        "for the engine.",
    )

    rooms: bool = Field(
        True,
        description="Tell several people behind one participant apart, as in a meeting room.",
    )

    @field_validator("diarizer")
    @classmethod
    def _known(cls, name: str) -> str:
        return engine(name, {"auto", *ENGINES})
