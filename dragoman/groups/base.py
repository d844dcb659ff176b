"""What every group of settings shares."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

from domain.errors import UsageError
from domain.languages import parse_language


class Group(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def language_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of languages given by code or name. Raises ValueError for an unknown one."""
    try:
        return tuple(parse_language(code) for code in codes)
    except UsageError as error:
        raise ValueError(str(error)) from error


def engine(name: str, known: Collection[str]) -> str:
    """An engine's name, or a dotted "module:Class". Raises ValueError for an unknown one."""
    if name not in known and ":" not in name:
        raise ValueError(f"unknown engine {name!r}; known: {', '.join(sorted(known))}")
    return name
