"""Into which languages, and by what."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from dragoman.groups.base import Group, engine, language_codes
from pipeline.translation import ENGINES


class TranslationGroup(Group):
    """Into which languages, and by what."""

    targets: tuple[str, ...] = Field(("es", "fr"), description="Target languages.")
    engines: tuple[str, ...] = Field(
        ("openai", "ctranslate2", "apertium"),
        description="Tried in this order; those not set up are skipped. seamless is one more.",
    )
    routes: dict[str, tuple[str, ...]] = Field(
        {},
        description='Engines for some directions in their own order, such as "en-ja" or "*-ja".',
    )
    interpreter: bool = Field(
        False,
        description="The two target languages are spoken in turn; each sentence goes into the "
        "other one.",
    )
    openai_url: str = Field(
        "", description="Base URL of an OpenAI-compatible server, such as vLLM; ends in /v1."
    )
    openai_model: str = Field("", description="Model name on that server.")
    openai_key: SecretStr = Field(SecretStr(""), description="API key of that server.")
    openai_at_once: int = Field(8, ge=1, le=256, description="Requests to it at the same time.")
    models: tuple[Path, ...] = Field(
        (),
        description="Folders of models converted for CTranslate2 (OPUS-MT, NLLB, M2M-100), or "
        "folders that hold several. NLLB's licence bars commercial use.",
    )
    device: Literal["cpu", "cuda"] = Field("cpu", description="Where local models run.")
    compute_type: str = Field(
        "auto", description="Their numbers: auto is int8 on a processor, float16 on a GPU."
    )
    threads: int = Field(1, ge=1, le=64, description="Threads of one translation.")
    beam: int = Field(4, ge=1, le=10, description="Beam of final translations; drafts have 1.")
    models_memory_mb: int = Field(
        2500, ge=1, description="Weights kept loaded at most; the longest unused go first."
    )
    seamless_folder: Path | None = Field(
        None,
        description="Folder of SeamlessM4T v2 (extra seamless). Its licence bars commercial use.",
    )
    timeout_s: float = Field(5, gt=0, description="Longest wait for one translation.")
    glossary: tuple[str, ...] = Field((), description="Terms that are never translated.")
    glossary_file: Path | None = Field(
        None,
        description="CSV file of terms: one column of terms to keep, or term,es,fr with "
        "translations that they must get.",
    )

    _codes = field_validator("targets")(language_codes)

    @field_validator("engines")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(engine(name, ENGINES) for name in names)

    @field_validator("routes")
    @classmethod
    def _routed(cls, routes: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for direction, names in routes.items():
            if not re.fullmatch(r"(?:[a-z]{2,3}|\*)-(?:[a-z]{2,3}|\*)", direction):
                raise ValueError(f"no direction: {direction!r}; write en-ja, en-* or *-ja")
            for name in names:
                engine(name, ENGINES)
        return routes
