"""Whose browser is found and ended, and who holds a profile."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import ImageGrab

from bot.display import private_display
from bot.processes import kill, names, using
from bot.profile import hold_profile
from domain.errors import UsageError

PROFILE = Path("/home/a/profile")


@pytest.mark.parametrize(
    ("cmdline", "found"),
    [
        (b"chrome\0--user-data-dir=/home/a/profile\0--headless\0", True),
        (b"chrome --type=renderer --user-data-dir=/home/a/profile --lang=en\0", True),
        (b"chrome --type=gpu-process --user-data-dir=/home/a/profile\0", True),
        (b"chrome\0--user-data-dir=/home/a/profile-2\0", False),
        (b"chrome --type=renderer --user-data-dir=/home/a/profile-2 --lang=en\0", False),
        (b"chrome --type=renderer --user-data-dir=/home/a/profile 2 --lang=en\0", False),
        (b"vim\0/home/a/profile/Preferences\0", False),
        (b"grep\0x --user-data-dir=/home/a/profile\0", False),
        (b"", False),
    ],
)
def test_only_browsers_on_exactly_this_profile_are_found(cmdline: bytes, found: bool) -> None:
    assert names(cmdline, PROFILE) is found


def sleeper(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "input('ready\\n')", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_profile_is_held_by_one_and_what_started_on_it_ends(tmp_path: Path) -> None:
    with sleeper(str(tmp_path / "notes")) as editor:
        with hold_profile(tmp_path / "kept") as profile:
            with pytest.raises(UsageError, match="another bot"), hold_profile(profile):
                pass
            ours = sleeper(f"--user-data-dir={profile}")
            assert using(profile) == [ours.pid]
        assert ours.wait() == -signal.SIGKILL
        assert editor.poll() is None
        editor.communicate(b"\n")
    ours.communicate()
    with hold_profile(profile):
        pass


def test_a_browser_that_was_there_before_is_let_be(tmp_path: Path) -> None:
    with sleeper(f"--user-data-dir={tmp_path}") as person:
        with pytest.raises(UsageError, match="another browser"), hold_profile(tmp_path):
            pass
        assert person.poll() is None
        person.communicate(b"\n")


def test_a_process_of_somebody_else_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(pid, number)

    with sleeper(f"--user-data-dir={tmp_path}") as other:
        monkeypatch.setattr(os, "kill", refuse)
        assert kill(tmp_path)
        other.communicate(b"\n")


def xvfb_children() -> list[int]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if Path(f"/proc/{pid}/comm").read_text() == "Xvfb\n"]


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
async def test_the_display_outlives_the_terminal_s_interrupt() -> None:
    async with private_display():
        [server] = xvfb_children()
        assert os.getsid(server) == server


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
async def test_the_display_opens_with_its_key_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XAUTHORITY", raising=False)
    async with private_display() as screen:
        key = Path(screen["XAUTHORITY"])
        assert key.parent.stat().st_mode & 0o077 == 0
        for given, opens in ((str(key), True), ("/dev/null", False)):
            os.putenv("XAUTHORITY", given)
            with nullcontext() if opens else pytest.raises(OSError, match="connection failed"):
                ImageGrab.grab(xdisplay=screen["DISPLAY"])
    os.unsetenv("XAUTHORITY")
    assert not key.parent.exists()
