"""Writes settings as the TOML file that a bot process reads."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from dragoman.settings import Settings


def write_settings(settings: Settings, path: Path) -> Path:
    """Writes every setting, secrets included, readable by the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_toml(settings.model_dump()))
    return path


def _toml(values: dict[str, Any]) -> str:
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in values.items() if isinstance(value, dict)}
    lines = [f"{key} = {_value(value)}" for key, value in plain.items() if value is not None]
    for key, table in tables.items():
        lines += ["", f"[{key}]", _toml(table).rstrip("\n")]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path):
        value = str(value)
    # JSON's strings, numbers, booleans and lists are TOML's as well.
    return json.dumps(value, ensure_ascii=False)
