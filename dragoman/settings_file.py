"""Writes settings as the TOML file that a bot process reads."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from dragoman.settings import Settings


def write_settings(settings: Settings, path: Path) -> Path:
    """Writes every setting, secrets included, readable by the owner only; who reads the file
    meanwhile sees the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_toml(settings.model_dump()))
    os.replace(part, path)
    return path


def _toml(values: dict[str, Any], above: tuple[str, ...] = ()) -> str:
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in values.items() if isinstance(value, dict)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items() if value is not None]
    for key, table in tables.items():
        name = (*above, key)
        lines += ["", f"[{'.'.join(map(_key, name))}]", _toml(table, name).rstrip("\n")]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    # JSON's strings, numbers, booleans and lists are TOML's as well.
    return json.dumps(value, ensure_ascii=False, default=str)
