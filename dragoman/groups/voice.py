"""Translations as speech."""

from pydantic import Field, field_validator

from dragoman.groups.base import Group, engine
from pipeline.voice import ENGINES


class VoiceGroup(Group):
    """Translations as speech."""

    engine: str = Field("auto", description="auto, kokoro, openvino-kokoro or espeak-ng.")

    @field_validator("engine")
    @classmethod
    def _known(cls, name: str) -> str:
        return engine(name, {"auto", *ENGINES})
