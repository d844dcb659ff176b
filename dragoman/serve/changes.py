"""The settings that a page may change while the server runs; they hold for bots that start."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from domain.desks import SettingValue
from domain.errors import StorageError, UsageError
from dragoman.settings import Settings
from dragoman.settings_file import write_settings

CHANGEABLE = frozenset(
    {
        "bot.name", "bot.announce", "bot.lobby_timeout_s", "bot.alone_s", "bot.silence_s",
        "hearing.languages", "hearing.terms",
        "translation.targets", "translation.glossary",
        "camera.layout", "camera.theme", "camera.large", "camera.show_original",
        "voice.listen",
    }
)  # fmt: skip
FILE, FOR_BOTS = "changes.json", "bots.toml"


class ChangingSettings:
    """The SettingsDesk port. What is changed is kept in the data folder, beside the settings
    that bots are started with."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings
        self._path = settings.data_dir / FILE
        self.for_bots = settings.data_dir / FOR_BOTS
        self._turn = asyncio.Lock()
        self._changes: dict[str, str] = {}
        self.now = settings

    async def load(self) -> None:
        """Reads what was changed before, and writes the file for bots. Raises StorageError."""
        self._changes = await asyncio.to_thread(_read, self._path)
        try:
            self.now = _with(self._base, self._changes)
        except UsageError:
            self._changes, self.now = {}, self._base
        await asyncio.to_thread(write_settings, self.now, self.for_bots)

    async def values(self) -> Sequence[SettingValue]:
        """All, in the order of the documentation."""
        return [
            value
            for group, field in Settings.model_fields.items()
            for value in self._of(group, field)
        ]

    async def change(self, changes: Mapping[str, str]) -> None:
        """Changes all of them or none; empty gives a setting back its old value."""
        for name in changes:
            if name not in CHANGEABLE:
                raise UsageError(
                    f"The setting {name} cannot be changed here.", "Change it in dragoman.toml."
                )
        async with self._turn:
            wanted = {**self._changes, **changes}
            wanted = {name: text.strip() for name, text in wanted.items() if text.strip()}
            now = _with(self._base, wanted)
            await asyncio.to_thread(_write, self._path, wanted)
            await asyncio.to_thread(write_settings, now, self.for_bots)
            self._changes, self.now = wanted, now

    def _of(self, group: str, field: FieldInfo) -> list[SettingValue]:
        inner = field.annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return [self._value(group, field, getattr(self.now, group), getattr(self._base, group))]
        now, base = getattr(self.now, group), getattr(self._base, group)
        return [
            self._value(f"{group}.{name}", each, getattr(now, name), getattr(base, name))
            for name, each in inner.model_fields.items()
        ]

    def _value(self, name: str, field: FieldInfo, now: object, base: object) -> SettingValue:
        origin = "settings" if base != field.default else "default"
        return SettingValue(
            name=name,
            value=_shown(now),
            help=field.description or "",
            changeable=name in CHANGEABLE,
            choices=_choices(field),
            origin="this page" if name in self._changes else origin,
        )


def _with(settings: Settings, changes: Mapping[str, str]) -> Settings:
    merged: dict[str, Any] = {}
    for name, text in changes.items():
        group, _, key = name.partition(".")
        old = getattr(getattr(settings, group), key)
        merged.setdefault(group, {})[key] = _parsed(text, old)
    updated = {}
    for group, values in merged.items():
        model = getattr(settings, group)
        try:
            updated[group] = type(model).model_validate({**model.model_dump(), **values})
        except ValueError as error:
            names = ", ".join(f"{group}.{key}" for key in values)
            said = str(error).splitlines()
            raise UsageError(
                f"This value does not fit: {names}.", said[2].strip() if len(said) > 2 else ""
            ) from error
    return settings.model_copy(update=updated)


def _parsed(text: str, old: object) -> object:
    if isinstance(old, bool):
        return {"yes": True, "no": False}.get(text.lower(), text)
    if isinstance(old, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "set" if value.get_secret_value() else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _choices(field: FieldInfo) -> tuple[str, ...]:
    if field.annotation is bool:
        return ("yes", "no")
    options = get_args(field.annotation)
    if options and all(isinstance(option, str) for option in options):
        return tuple(options)
    return ()


def _read(path: Path) -> dict[str, str]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    good = isinstance(told, dict)
    return {k: str(v) for k, v in told.items() if k in CHANGEABLE} if good else {}


def _write(path: Path, changes: Mapping[str, str]) -> None:
    part = path.with_suffix(".part")
    try:
        part.write_text(json.dumps(changes, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise StorageError(
            f"The settings cannot be written: {error.strerror}.", "Look at the data folder."
        ) from error
