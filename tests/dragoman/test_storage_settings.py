"""Where the database is: a file by default, an address from a file or the environment."""

from pathlib import Path

import pytest

from domain.errors import UsageError
from dragoman.settings import load_settings
from dragoman.settings_file import write_settings

ADDRESS = "postgresql://dragoman:hunter2@db:5432/dragoman"


def test_it_is_a_file_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    assert load_settings(None, {"data": tmp_path}).database == tmp_path / "dragoman.db"


def test_the_address_comes_from_the_environment_and_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAGOMAN_STORAGE__ADDRESS", ADDRESS)
    settings = load_settings(None, {"data": tmp_path})
    assert settings.database == ADDRESS
    assert "hunter2" not in repr(settings)
    assert load_settings(write_settings(settings, tmp_path / "bots.toml")).database == ADDRESS


def test_the_address_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    settings = load_settings(None, {"storage": {"address": "x", "address_file": secret}})
    for content in (None, "\n"):
        if content is not None:
            secret.write_text(content)
        with pytest.raises(UsageError, match=r"address (cannot be read|is empty)"):
            _ = settings.database
    secret.write_text(f"{ADDRESS}\n")
    assert settings.database == ADDRESS
