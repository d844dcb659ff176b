"""What engines say of themselves, and how a name becomes an engine."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from domain.errors import MissingError, UsageError


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine can do, as data."""

    name: str
    languages: frozenset[str] = frozenset()
    """Source languages; empty means any."""
    punctuated: bool = False
    """Gives case and punctuation."""
    needs: tuple[str, ...] = ()
    """Programs, packages or models, for people."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether an engine works here, and what to do if it does not."""

    ok: bool
    found: str
    """What was found, for people."""
    remedy: str = ""


def load(table: dict[str, str], name: str) -> Any:
    """The class behind an engine's name in a table of "module:Class" entries.

    A dotted "module:Class" of somebody else's is accepted as a name too. Raises UsageError
    for an unknown name and MissingError if the module's library is not installed.
    """
    path = table.get(name, name)
    if ":" not in path:
        known = ", ".join(sorted(table))
        raise UsageError(f"Unknown engine {name!r}.", f"Known engines: {known}.")
    module_name, _, attribute = path.partition(":")
    try:
        return getattr(import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        raise MissingError(
            f"The engine {name!r} needs the Python package {error.name!r}.",
            f"Install it: pip install {error.name}",
        ) from error
