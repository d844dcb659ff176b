"""How speech becomes words."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from dragoman.groups.base import Group, engine, language_codes
from pipeline.asr import ENGINES


class HearingGroup(Group):
    """How speech becomes words."""

    engine: str = Field(
        "auto",
        description="auto, or realtime, openai-audio, openvino, faster-whisper, pocketsphinx, "
        "meet-captions or scripted.",
    )
    languages: tuple[str, ...] = Field(
        (), description="Languages that are spoken. Empty: as Meet's captions tell."
    )
    terms: tuple[str, ...] = Field(
        (), description="Names and terms that may occur; the glossary's count too."
    )
    end_silence_s: float = Field(0.5, ge=0.2, le=3, description="Silence that ends an utterance.")
    max_utterance_s: float = Field(12, ge=3, le=30, description="Longer speech is cut.")
    caption_language: str = Field("", description="Language to set Meet's captions to.")
    model: str = Field(
        "",
        description="Whisper model for faster-whisper: a size such as base, small or turbo. "
        "Empty: the best that lies in the cache of the model hub.",
    )
    model_path: Path | None = Field(
        None, description="Folder of a Whisper model converted for CTranslate2."
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where Whisper runs.")
    compute_type: str = Field(
        "auto", description="Whisper's numbers: auto is int8 on a processor, float16 on a GPU."
    )
    step_s: float | None = Field(
        None,
        ge=0,
        le=10,
        description="Least sound between two drafts of Whisper or a server; 0 shows finished "
        "utterances only. Empty: what faster-whisper measures this machine to keep up with, "
        "and 1 for the others.",
    )
    speakers: int = Field(
        0,
        ge=0,
        le=20,
        description="How many are expected to speak at once; faster-whisper's model and step "
        "are chosen to keep up with them. 0: one on up to two cores, two on larger machines.",
    )
    short_window: bool = Field(
        False,
        description="Whisper hears windows without filling them up to 30 seconds: several times "
        "faster, but models that were not trained for it may loop or leave out words.",
    )
    beam_size: int = Field(
        0,
        ge=0,
        le=10,
        description="Whisper's beam for finished utterances; 0 is 5 on a GPU and 1 elsewhere.",
    )
    batch: int = Field(
        0,
        ge=0,
        le=32,
        description="Windows of several speakers that go through Whisper together where they "
        "wait at the same moment. 0: eight on a GPU, one elsewhere.",
    )
    openvino_path: Path | None = Field(
        None, description="Folder of a Whisper model exported for OpenVINO."
    )
    openvino_device: Literal["auto", "npu", "gpu", "cpu"] = Field(
        "auto", description="Where it runs. auto tries NPU, then GPU, then CPU."
    )
    openvino_cache: Path | None = Field(
        None, description="Folder for models compiled for NPU or GPU, which takes minutes once."
    )
    allow_download: bool = Field(
        False, description="Fetch the Whisper model from the hub where it is not here."
    )
    openai_url: str = Field(
        "",
        description="Base URL of an OpenAI-compatible server that transcribes, such as vLLM; "
        "ends in /v1.",
    )
    openai_model: str = Field("", description="Model name on that server. Empty: its first.")
    openai_key: SecretStr = Field(SecretStr(""), description="API key of that server.")

    _codes = field_validator("languages")(language_codes)

    @field_validator("engine")
    @classmethod
    def _known(cls, name: str) -> str:
        return engine(name, {"auto", *ENGINES})
