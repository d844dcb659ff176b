"""Every setting, typed and checked, from one TOML file and the environment."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from domain.errors import MissingError, UsageError
from domain.languages import parse_language
from pipeline.asr import ENGINES as RECOGNISERS
from pipeline.translation import ENGINES as TRANSLATORS

PREFIX = "DRAGOMAN_"


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(parse_language(code) for code in codes)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _recogniser(name: str) -> str:
    return _one_of(name, {"auto", *RECOGNISERS})


def _translators(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_one_of(name, set(TRANSLATORS)) for name in names)


def _one_of(name: str, known: set[str]) -> str:
    if name not in known and ":" not in name:
        raise ValueError(f"unknown engine {name!r}; known: {', '.join(sorted(known))}")
    return name


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BotGroup(_Group):
    """How the bot behaves in a meeting."""

    name: str = Field("Dragoman", min_length=1, max_length=60, description="Display name.")
    headless: bool | None = Field(
        None,
        description="Without a window. Default: a private X server for Google Meet, headless "
        "for a site given by --base-url.",
    )
    browser: Path | None = Field(
        None, description="Path of Chrome or Chromium. Default: the first one installed."
    )
    profile: Path | None = Field(
        None, description="Folder of a browser profile that is kept. Default: a temporary one."
    )
    microphone: bool = Field(False, description="Join with the microphone on (it stays silent).")
    announce: bool = Field(True, description="One chat line on joining that says who the bot is.")
    start_timeout_s: float = Field(60, gt=0, description="From start to the join button.")
    lobby_timeout_s: float = Field(600, gt=0, description="Longest wait in the lobby.")
    cap_s: float = Field(4 * 3600, gt=0, description="Longest stay in a meeting.")
    alone_s: float = Field(60, gt=0, description="Leaves when alone for so long.")
    silence_s: float = Field(600, gt=0, description="Leaves after so long without speech.")


class HearingGroup(_Group):
    """How speech becomes words."""

    engine: str = Field(
        "auto",
        description="auto, openai-audio, faster-whisper, pocketsphinx, meet-captions or scripted.",
    )
    languages: tuple[str, ...] = Field(
        (), description="Languages that are spoken. Empty: as Meet's captions tell."
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
    step_s: float = Field(
        1,
        ge=0,
        le=10,
        description="Least sound between two drafts of Whisper or a server; 0 shows finished "
        "utterances only.",
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

    _codes = field_validator("languages")(_languages)
    _known = field_validator("engine")(_recogniser)


class TranslationGroup(_Group):
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

    _codes = field_validator("targets")(_languages)
    _known = field_validator("engines")(_translators)


class CameraGroup(_Group):
    """How the bot's picture looks."""

    on: bool = Field(True, description="Show captions as the bot's camera.")
    layout: Literal["subtitle", "split", "interpreter", "full"] = Field(
        "split",
        description="subtitle (one language), split (two), interpreter (two, without "
        "the original) or full (large type only).",
    )
    theme: Literal["dark", "light", "high-contrast"] = Field("dark", description="Colours.")
    large: bool = Field(False, description="Largest type, one utterance at a time.")
    show_original: bool = Field(True, description="The spoken words beside the translation.")
    record: Path | None = Field(None, description="Also write the picture to this MP4 file.")
    png: Path | None = Field(None, description="Keep the last picture in this PNG file.")


class WebGroup(_Group):
    """The bot's own pages."""

    port: int = Field(0, ge=0, le=65535, description="Port on 127.0.0.1; 0 takes a free one.")
    keep: bool = Field(False, description="Keep the live page up after the meeting.")


class FilesGroup(_Group):
    """Recorded sound."""

    largest_gb: float = Field(20, gt=0, description="Larger files are not transcribed.")


class Settings(_Group):
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
    translation: TranslationGroup = TranslationGroup()
    camera: CameraGroup = CameraGroup()
    web: WebGroup = WebGroup()
    files: FilesGroup = FilesGroup()

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


def _split_lists(path: list[str], value: str) -> Any:
    lists = {"languages", "targets", "engines", "glossary"}
    if path[-1] in lists:
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
