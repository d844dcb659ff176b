"""Every setting, typed and checked, from one TOML file and the environment."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from domain.errors import MissingError, UsageError
from dragoman.groups.access import AccessGroup
from dragoman.groups.after import DeliveryGroup, NotesGroup, RetentionGroup
from dragoman.groups.base import Group
from dragoman.groups.bot import BotGroup
from dragoman.groups.calendar import CalendarGroup
from dragoman.groups.camera import CameraGroup
from dragoman.groups.files import FilesGroup, RefineGroup, WebGroup
from dragoman.groups.hearing import HearingGroup
from dragoman.groups.models import ModelsGroup
from dragoman.groups.server import ServerGroup
from dragoman.groups.speakers import SpeakersGroup
from dragoman.groups.translation import TranslationGroup
from dragoman.groups.voice import VoiceGroup

PREFIX = "DRAGOMAN_"


class Settings(Group):
    """All settings."""

    data: Path = Field(
        Path("~/.local/share/dragoman"), description="Folder of the database and the files."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="Least level that is logged to the terminal."
    )
    measure: Path | None = Field(
        None, description="Folder for event and sound traces that benchmarks read."
    )
    bot: BotGroup = BotGroup()
    hearing: HearingGroup = HearingGroup()
    speakers: SpeakersGroup = SpeakersGroup()
    translation: TranslationGroup = TranslationGroup()
    voice: VoiceGroup = VoiceGroup()
    camera: CameraGroup = CameraGroup()
    web: WebGroup = WebGroup()
    server: ServerGroup = ServerGroup()
    access: AccessGroup = AccessGroup()
    calendar: CalendarGroup = CalendarGroup()
    files: FilesGroup = FilesGroup()
    refine: RefineGroup = RefineGroup()
    models: ModelsGroup = ModelsGroup()
    notes: NotesGroup = NotesGroup()
    delivery: DeliveryGroup = DeliveryGroup()
    retention: RetentionGroup = RetentionGroup()

    @property
    def data_dir(self) -> Path:
        """The data folder, with ~ resolved."""
        return self.data.expanduser()

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "dragoman.db"


def load_settings(config: Path | None = None, overrides: dict[str, Any] | None = None) -> Settings:
    """Reads the file, then the environment (DRAGOMAN_BOT__NAME=…), then `overrides`
    (nested as the file is). Raises UsageError that names the field, MissingError for a
    config file that is not there."""
    merged: dict[str, Any] = {}
    path = config or _default_file()
    if path is not None:
        _merge(merged, _read(path))
    _merge(merged, _from_environment())
    _merge(merged, overrides or {})
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise UsageError(_explain(error), "See docs/settings.md for every setting.") from error
    except UsageError as error:
        raise UsageError(f"Settings: {error.message}", error.remedy) from error


def _default_file() -> Path | None:
    for path in (Path("dragoman.toml"), Path("~/.config/dragoman/dragoman.toml").expanduser()):
        if path.is_file():
            return path
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingError(f"There is no settings file {path}.", "Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.", "Mend that line.") from error


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in os.environ.items():
        if not key.startswith(PREFIX) or key == "DRAGOMAN_DATA_SETS":
            continue
        path = key.removeprefix(PREFIX).lower().split("__")
        _put(found, path, _split_lists(path, value))
    return found


_LISTS = frozenset(
    ("addresses", "languages", "targets", "engines", "glossary", "models", "terms")
    + ("proxies", "fetch_hosts", "formats")
)


def _split_lists(path: list[str], value: str) -> Any:
    if path[-1] in _LISTS:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        tree = _group_in(tree, part)
    tree[path[-1]] = value


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            _merge(_group_in(into, key), value)
        elif value is not None:
            into[key] = value


def _group_in(tree: dict[str, Any], key: str) -> dict[str, Any]:
    group = tree.setdefault(key, {})
    if not isinstance(group, dict):
        raise UsageError(
            f"Setting {key}: it is a group of settings, not one value.",
            "See docs/settings.md for every setting.",
        )
    return group


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "settings"
    return f"Setting {field}: {first['msg'][:1].lower()}{first['msg'][1:]}."
