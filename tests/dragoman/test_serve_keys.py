"""The installation's key, and what it seals."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import DragomanError, UsageError
from dragoman.serve.keys import Vault, key_file, load_key
from dragoman.settings import Settings


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "server.key"
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(load_key, [path] * 8))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["server.key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    load_key(path)
    os.chmod(path, 0o640)
    with pytest.raises(UsageError) as refused:
        load_key(path)
    assert refused.value.remedy == f"chmod 600 {path}"


def test_what_is_no_key_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    path.touch(0o600)
    with pytest.raises(UsageError, match="no key"):
        load_key(path)
    assert path.read_bytes() == b""


def test_the_key_lies_in_the_data_folder_or_where_it_is_said(tmp_path: Path) -> None:
    assert key_file(Settings(data=tmp_path)) == tmp_path / "server.key"
    elsewhere = Settings.model_validate({"server": {"key_file": tmp_path / "k"}})
    assert key_file(elsewhere) == tmp_path / "k"


def test_a_vault_opens_only_what_it_sealed() -> None:
    vault = Vault(b"k" * 32)
    sealed = vault.seal("a pässword")
    assert "p" + "ässword" not in sealed
    assert vault.seal("a pässword") != sealed
    assert vault.open(sealed) == "a pässword"
    for wrong in (sealed[:-4] + "AAAA", "nonsense", "", "é"):
        with pytest.raises(DragomanError, match="cannot be read"):
            vault.open(wrong)
    with pytest.raises(DragomanError):
        Vault(b"o" * 32).open(sealed)
