"""Into which languages, and by what."""

from pydantic import Field, SecretStr, field_validator

from dragoman.groups.base import Group, engine, language_codes
from pipeline.translation import ENGINES


class TranslationGroup(Group):
    """Into which languages, and by what."""

    targets: tuple[str, ...] = Field(("es", "fr"), description="Target languages.")
    engines: tuple[str, ...] = Field(
        ("openai", "apertium"), description="Tried in this order; those not set up are skipped."
    )
    openai_url: str = Field(
        "", description="Base URL of an OpenAI-compatible server, such as vLLM; ends in /v1."
    )
    openai_model: str = Field("", description="Model name on that server.")
    openai_key: SecretStr = Field(SecretStr(""), description="API key of that server.")
    timeout_s: float = Field(5, gt=0, description="Longest wait for one translation.")
    glossary: tuple[str, ...] = Field((), description="Terms that are never translated.")

    _codes = field_validator("targets")(language_codes)

    @field_validator("engines")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(engine(name, ENGINES) for name in names)
