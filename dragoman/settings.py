"""Every setting, typed and checked, from one TOML file and the environment."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import Field, ValidationError

from domain.errors import MissingError, UsageError
from dragoman.groups.access import AccessGroup
from dragoman.groups.after import DeliveryGroup, NotesGroup, RetentionGroup
from dragoman.groups.base import Group
from dragoman.groups.bot import BotGroup
from dragoman.groups.calendar import CalendarGroup
from dragoman.groups.camera import CameraGroup
from dragoman.groups.chat import ChatGroup
from dragoman.groups.client import ClientGroup
from dragoman.groups.files import FilesGroup, RefineGroup, WebGroup
from dragoman.groups.hearing import HearingGroup
from dragoman.groups.models import ModelsGroup
from dragoman.groups.recording import RecordingGroup
from dragoman.groups.server import ServerGroup
from dragoman.groups.speakers import SpeakersGroup
from dragoman.groups.storage import StorageGroup
from dragoman.groups.translation import TranslationGroup
from dragoman.groups.voice import VoiceGroup

PREFIX = "DRAGOMAN_"
SECRETS = "DRAGOMAN_SECRETS"
"""Names a folder of files with one setting each, as containers and systemd give secrets."""


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
    chat: ChatGroup = ChatGroup()
    web: WebGroup = WebGroup()
    server: ServerGroup = ServerGroup()
    client: ClientGroup = ClientGroup()
    access: AccessGroup = AccessGroup()
    calendar: CalendarGroup = CalendarGroup()
    storage: StorageGroup = StorageGroup()
    files: FilesGroup = FilesGroup()
    recording: RecordingGroup = RecordingGroup()
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
    def database(self) -> str | Path:
        """The SQLite file, or the address of another database, which may hold a password.

        Raises UsageError.
        """
        return self.storage.place(self.data_dir / "dragoman.db")


def load_settings(config: Path | None = None, overrides: dict[str, Any] | None = None) -> Settings:
    """Reads the file, then the folder of secrets, then the environment (DRAGOMAN_BOT__NAME=…),
    then `overrides` (nested as the file is). Raises UsageError that names the field,
    MissingError for a config file that is not there."""
    merged: dict[str, Any] = {}
    path = config or _default_file()
    if path is not None:
        _merge(merged, _read(path))
    _merge(merged, _from_secrets())
    _merge(merged, _from_environment())
    _merge(merged, overrides or {})
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise UsageError(_explain(error), "See docs/settings.md for every setting.") from error
    except UsageError as error:
        raise UsageError(f"Settings: {error.message}", error.remedy) from error


def service_manager() -> tuple[str, float]:
    """Where the service manager wants to hear of this process, and within how many seconds
    again and again; empty and 0 where none does."""
    given = os.environ
    mine = given.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    limit = given.get("WATCHDOG_USEC", "") if mine else ""
    return given.get("NOTIFY_SOCKET", ""), int(limit) / 1e6 if limit.isdecimal() else 0.0


def desktop() -> dict[str, str]:
    """What of the environment leads a program to the screen of who runs this; empty without."""
    names = ("DISPLAY", "XAUTHORITY")
    return {name: os.environ[name] for name in names if os.environ.get(name)}


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


def _from_secrets() -> dict[str, Any]:
    """What the files of a folder tell, each named as its setting: `models__token`."""
    folder = os.environ.get(SECRETS, "")
    found: dict[str, Any] = {}
    try:
        for path in sorted(Path(folder).glob("*__*")) if folder else ():
            name = path.name.lower().split("__")
            _put(found, name, _split_lists(name, path.read_text(encoding="utf-8").strip()))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"A file of the folder {folder} cannot be read: {error}.", f"Check {SECRETS}."
        ) from error
    return found


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in os.environ.items():
        if not key.startswith(PREFIX) or key in ("DRAGOMAN_DATA_SETS", SECRETS):
            continue
        path = key.removeprefix(PREFIX).lower().split("__")
        _put(found, path, _split_lists(path, value))
    return found


def _split_lists(path: list[str], value: str) -> Any:
    if _is_list(path):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _is_list(path: list[str]) -> bool:
    """Whether the setting takes several values."""
    group: type[Group] = Settings
    for name in path:
        field = group.model_fields.get(name)
        if field is None:
            return False
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Group):
            group = kind
    return get_origin(kind) is tuple


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
