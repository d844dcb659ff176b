"""What a bot that was killed leaves behind: found by its owner's mark, and cleaned up.

Everything that outlives a process by accident carries the mark of the process that owns it:
browsers and X servers in their environment, temporary profiles in their names. A mark whose
process is not there any more is a leftover.
"""

import logging
import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bot.processes import kill

log = logging.getLogger(__name__)

VARIABLE = "_DRAGOMAN_OWNER"
"""Of the environment of what a bot starts."""
PROFILE = "dragoman-browser-"
"""A temporary profile's name begins so; the mark follows."""
_END_S = 1.5
_POLL_S = 0.02


def mark() -> str:
    """What stands for this process, also after its number was given to another."""
    return f"{_namespace()}-{os.getpid()}-{_started(os.getpid())}"


def sweep() -> int:
    """Ends and removes what dead bots of this user have left; how much it was. Blocks."""
    pids = left = _orphans()
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with suppress(OSError):
                os.kill(pid, number)
        left = _gone_within(left, _END_S)
    folders = [path for path in _profiles() if _is_over(path.name.removeprefix(PROFILE))]
    for folder in folders:
        kill(folder)
        shutil.rmtree(folder, ignore_errors=True)
    found = len(pids) + len(folders)
    if found:
        log.warning("cleaned up after a bot that died: %d processes and folders", found)
    return found


def _orphans() -> list[int]:
    wanted = f"{VARIABLE}=".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            for each in (entry / "environ").read_bytes().split(b"\0"):
                if each.startswith(wanted) and _is_over(os.fsdecode(each[len(wanted) :])):
                    found.append(int(entry.name))
    return found


def _profiles() -> list[Path]:
    return list(Path(tempfile.gettempdir()).resolve().glob(f"{PROFILE}*"))


def _is_over(told: str) -> bool:
    """Whether a mark is of a process of this machine that is not there any more."""
    parts = told.split("-")
    if len(parts) < 3 or parts[0] != _namespace() or not parts[1].isdigit():
        return False
    return _started(int(parts[1])) != parts[2]


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty for one that is gone or dead."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()
    except OSError:
        return ""
    return "" if told[0] in (b"Z", b"X") else told[19].decode()


def _namespace() -> str:
    """Which set of process numbers is meant: those of a container are its own."""
    return "".join(c for c in os.readlink("/proc/self/ns/pid") if c.isdigit())


def _gone_within(pids: list[int], wait_s: float) -> list[int]:
    until = time.monotonic() + wait_s
    left = [pid for pid in pids if _started(pid)]
    while left and time.monotonic() < until:
        time.sleep(_POLL_S)
        left = [pid for pid in left if _started(pid)]
    return left
