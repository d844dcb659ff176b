"""Settings become the guard that stands before the server."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.errors import UsageError
from dragoman.groups.access import AccessGroup
from dragoman.serve.access import open_access
from dragoman.settings import Settings
from storage.account_memory import memory_access_stores


def test_an_installation_keeps_its_key(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"data": tmp_path, "server": {"public_url": "https://captions.example.org"}}
    )
    group = AccessGroup(fetch_hosts=("inner.example",), fetch_listed_only=True, idle_days=1)
    one = open_access(settings, group, memory_access_stores())
    other = open_access(settings, group, memory_access_stores())
    assert other.vault.open(one.vault.seal("a secret")) == "a secret"
    assert one.guard.local_token != other.guard.local_token
    assert one.guard.rules.idle_s == 86_400
    assert one.guard.cookies.name(secure=True).startswith("__Host-dragoman_")
    with pytest.raises(UsageError, match="not among"):
        one.policy.check("https://elsewhere.example/")


def test_a_proxy_must_be_an_address() -> None:
    assert AccessGroup(proxies=("10.0.0.0/8", "::1")).rules("").proxies == ("10.0.0.0/8", "::1")
    with pytest.raises(ValidationError):
        AccessGroup(proxies=("my proxy",))
