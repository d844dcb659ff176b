"""The files for running a server: they are well-formed, and name only what there is."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from dragoman.models.vllm import QUIET, ServeSettings, command
from dragoman.settings import PREFIX, Settings
from web.pages.glossary import LARGEST

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def known(name: str) -> bool:
    """Whether a setting is called so, as in the environment: group__name."""
    value: object = Settings()
    for part in name.lower().split("__"):
        if not hasattr(value, part):
            return False
        value = getattr(value, part)
    return True


def test_every_setting_in_the_files_exists() -> None:
    named = set()
    for path in DEPLOY.iterdir():
        text = path.read_text("utf-8")
        named |= set(re.findall(rf"\b{PREFIX}([A-Z_]+?)\b", text)) - {"SECRETS"}
        named |= set(re.findall(r"\b([a-z]+__[a-z_]+)\b", text))
    assert {"DATA", "SERVER__HOST", "storage__address"} <= named
    assert [name for name in sorted(named) if not known(name)] == []


def test_the_image_holds_every_package() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = packages["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    assert [name for name in wanted if f"\nCOPY {name} {name}\n" not in text] == []
    extras = re.search(r"EXTRAS=(\w+)", text)
    assert extras
    assert extras[1] in packages["project"]["optional-dependencies"]
    assert text.index("\nUSER dragoman") < text.index("\nENTRYPOINT")


def test_secrets_go_neither_into_the_history_nor_to_the_builder() -> None:
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text("utf-8").split()
    kept_back = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    assert {".git", "out", "deploy/secrets", "**/.env"} <= set(kept_back)


def test_compose_waits_for_health_and_hands_secrets_over_by_file() -> None:
    services = compose()["services"]
    assert set(services) == {"server", "database", "vllm"}
    assert all("healthcheck" in each for each in services.values())
    assert services["server"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert all(port.startswith("127.0.0.1:") for port in services["server"]["ports"])
    used = {name for each in services.values() for name in each.get("secrets", ())}
    assert used == set(compose()["secrets"])
    assert all(set(each) == {"file"} for each in compose()["secrets"].values())
    volumes = {v.split(":")[0] for each in services.values() for v in each.get("volumes", ())}
    assert volumes == set(compose()["volumes"])


def test_compose_starts_vllm_as_the_command_does() -> None:
    vllm = compose()["services"]["vllm"]
    made = " ".join(command(ServeSettings(Path("vllm"), "m")))
    for option in vllm["command"][1:]:
        name, _, value = option.partition("=")
        wanted = made.replace("127.0.0.1", "0.0.0.0")
        assert f"{name} {value}".strip() in wanted, option
    assert {f"{name}={value}" for name, value in vllm["environment"].items()} == set(QUIET)


def test_the_seccomp_profile_leaves_the_browsers_sandbox_what_it_needs() -> None:
    profile = json.loads((DEPLOY / "seccomp.json").read_text("utf-8"))
    (refused,) = profile["syscalls"]
    assert refused["action"] == "SCMP_ACT_ERRNO"
    assert {"clone", "clone3", "unshare", "chroot", "prctl"}.isdisjoint(refused["names"])
    assert {"mount", "bpf", "kexec_load", "init_module", "ptrace"} <= set(refused["names"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_the_unit_is_one(tmp_path: Path) -> None:
    text = (DEPLOY / "dragoman.service").read_text("utf-8")
    unit = tmp_path / "dragoman.service"
    unit.write_text(text.replace("/opt/dragoman/bin/dragoman serve", "/bin/true"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_unit_has_a_watchdog_and_lets_bots_live() -> None:
    text = (DEPLOY / "dragoman.service").read_text("utf-8")
    for line in ("Type=notify", "WatchdogSec=60", "KillMode=process", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in text
    for breaking in ("RestrictNamespaces", "MemoryDenyWriteExecute", "PrivateTmp"):
        assert f"\n{breaking}=" not in text


def test_proxies_pass_sockets_and_streams_on() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert "proxy_set_header Upgrade $http_upgrade;" in nginx
    assert "proxy_buffering off;" in nginx
    assert "flush_interval -1" in (DEPLOY / "Caddyfile").read_text("utf-8")


def test_proxies_keep_addresses_out_of_their_logs() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text("utf-8")
    (shown,) = re.findall(r"log_format dragoman (.*);", nginx)
    assert not re.search(r"\$(request|request_uri|uri|http_referer)\b", shown)
    assert re.search(r"error_log \S* ?\S+ crit;", nginx)
    assert "exclude http.log.error" in (DEPLOY / "Caddyfile").read_text("utf-8")


def test_what_may_be_sent_passes_the_proxy() -> None:
    (megabytes,) = re.findall(
        r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text("utf-8")
    )
    assert int(megabytes) * 2**20 > LARGEST + 100_000
