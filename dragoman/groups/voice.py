"""Translations as speech."""

from pathlib import Path

from pydantic import Field, field_validator, model_validator

from domain.errors import UsageError
from domain.languages import parse_language
from dragoman.groups.base import Group, engine
from pipeline.voice import ENGINES


class VoiceGroup(Group):
    """Translations as speech."""

    engine: str = Field(
        "auto",
        description="auto (the best that keeps up here), kokoro, openvino-kokoro, espeak-ng, "
        "flite (English) or silent.",
    )
    microphone_language: str = Field(
        "",
        description="Speak the translations into this language into the meeting, through the "
        "bot's microphone; empty: the bot says nothing.",
    )
    listen: bool = Field(True, description="Viewers of the live page may listen to a language.")
    originals: bool = Field(
        False, description="Listeners also hear a voice for what is said in their own language."
    )
    calm_s: float = Field(3.0, gt=0, description="Up to so far behind, speech has its own pace.")
    late_s: float = Field(
        8.0, gt=0, description="Beyond so far behind, sentences are skipped, oldest first."
    )
    fastest: float = Field(1.4, ge=1.0, le=2.0, description="Fastest pace when catching up.")
    kokoro_model: Path | None = Field(
        None, description="Folder of Kokoro: config.json, a .pth file, voices/*.pt."
    )
    openvino_model: Path | None = Field(
        None, description="Folder of Kokoro as exported for OpenVINO, with voices/*.bin."
    )
    device: str = Field("", description="cpu or cuda, or for OpenVINO CPU, GPU or NPU.")
    voices: dict[str, str] = Field(
        default_factory=dict,
        description="Names of voices by language, as the chosen engine calls them.",
    )
    allow_download: bool = Field(False, description="Kokoro may be fetched from the hub.")

    @field_validator("engine")
    @classmethod
    def _known(cls, name: str) -> str:
        return engine(name, {"auto", *ENGINES})

    @field_validator("microphone_language")
    @classmethod
    def _language(cls, code: str) -> str:
        try:
            return parse_language(code) if code else ""
        except UsageError as error:
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _ordered(self) -> "VoiceGroup":
        if self.late_s <= self.calm_s:
            raise ValueError("voice.late_s must be more than voice.calm_s")
        return self
