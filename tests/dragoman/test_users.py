"""`dragoman users` on a real database."""

import argparse
import asyncio
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.accounts import Role
from domain.errors import UsageError
from dragoman.commands import users
from dragoman.settings import Settings
from storage.accounts import sql_access_stores
from storage.database import Database
from web.auth.desk import AccountDesk, Browser
from web.auth.passwords import Passwords
from web.auth.rules import AuthRules
from web.auth.served import CHEAP, PASSWORD


def call(data: Path, *given: str) -> None:
    parser = argparse.ArgumentParser()
    users.add(parser.add_subparsers(dest="command"))
    users.run(parser.parse_args(["users", *given]), Settings(data=data))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with the owners Ana and Ben, made by their links."""

    async def made(names: Sequence[str]) -> None:
        async with Database(tmp_path / "dragoman.db") as database:
            desk = AccountDesk(sql_access_stores(database), AuthRules(), Passwords(CHEAP))
            for name in names:
                code = await desk.invite(Role.OWNER, "")
                await desk.accept(code, name, (PASSWORD, PASSWORD), Browser("test"))

    asyncio.run(made(["Ana", "Ben"]))
    return tmp_path


def test_accounts_are_listed_changed_and_disabled(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(data, "role", "ben", "viewer")
    call(data, "disable", "BEN")
    call(data, "list")
    out = capsys.readouterr().out
    assert "Ana" in out
    assert "viewer" in out
    assert "disabled" in out
    with pytest.raises(UsageError, match="last"):
        call(data, "disable", "Ana")
    with pytest.raises(UsageError, match="no account"):
        call(data, "enable", "Zoe")


def test_an_invitation_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(tmp_path / "new", "invite", "--role", "operator")
    call(tmp_path / "new", "list")
    out = capsys.readouterr().out
    assert "http://127.0.0.1:8470/welcome/" in out
    assert "Nobody yet" in out


def test_a_password_is_read_from_a_pipe(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("quite another phrase\n"))
    call(data, "password", "Ana")
    assert capsys.readouterr().out.strip() == "Ana's password is changed."
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(UsageError, match="10 to 256"):
        call(data, "password", "Ana")
