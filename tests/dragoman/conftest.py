"""Speech for whole commands, and an owner for an installation."""

import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.accounts import Account, AccountInvite, ApiToken, Role
from storage.accounts import sql_access_stores
from storage.database import Database
from web.auth.codes import digest, new_token

TEXT = "Good morning everybody and thank you for joining this meeting."


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV file of a spoken sentence at 16 kHz."""
    if shutil.which("flite", path=os.defpath) is None:
        pytest.skip("flite is not installed: no synthetic speech")
    path = tmp_path_factory.mktemp("speech") / "talk.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", TEXT, "-o", str(path)], check=True)
    return path


@pytest.fixture
def owner() -> Callable[[Database], Awaitable[str]]:
    """Makes an account that owns the installation; gives a token of it."""

    async def make(database: Database) -> str:
        now = datetime.now(UTC)
        stores = sql_access_stores(database)
        invite = AccountInvite("i", Role.OWNER, now, now + timedelta(hours=1), first=True)
        await stores.invites.add(invite, digest("code"))
        account = Account("a", "Ana", Role.OWNER, now)
        assert await stores.invites.accept(digest("code"), account, "no password")
        token = new_token()
        await stores.tokens.add(ApiToken("t", "a", "test", Role.OWNER, now), digest(token))
        return token

    return make
