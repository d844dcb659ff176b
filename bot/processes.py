"""Makes sure that a browser is really gone: its processes are found by their profile."""

import os
import signal
import time
from pathlib import Path

_POLL_S = 0.02


def names(cmdline: bytes, profile: Path) -> bool:
    """Whether a command line, as /proc tells it, is of a browser on exactly this profile."""
    wanted = b"--user-data-dir=" + os.fsencode(str(profile))
    arguments = cmdline.rstrip(b"\0").split(b"\0")
    if wanted in arguments:
        return True
    # Chromium's children write their whole command line into the first argument.
    title = arguments[0]
    return b" --type=" in title and b" " + wanted + b" --" in title.rstrip() + b" --"


def using(profile: Path) -> list[int]:
    """Ids of the live processes of browsers on a profile; its path must be absolute."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            named = names((entry / "cmdline").read_bytes(), profile)
            dead = named and b") Z " in (entry / "stat").read_bytes()
        except OSError:
            continue
        if named and not dead:
            found.append(int(entry.name))
    return found


def kill(profile: Path, deadline_s: float = 2.0) -> bool:
    """Kills a profile's browser; whether nothing of it is left. Blocks up to the deadline.

    Processes of another user are let be and do not count.
    """
    until = time.monotonic() + deadline_s
    foreign: set[int] = set()
    while left := set(using(profile)) - foreign:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            except PermissionError:
                foreign.add(pid)
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_S)
    return True
