"""Makes sure that a browser is really gone: its processes are found by their profile."""

import os
import signal
import time
from pathlib import Path

_POLL_S = 0.02


def using(profile: Path) -> list[int]:
    """Ids of the live processes whose command line names a profile folder."""
    wanted = os.fsencode(str(profile))
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            named = wanted in (entry / "cmdline").read_bytes()
            dead = named and b") Z " in (entry / "stat").read_bytes()
        except OSError:
            continue
        if named and not dead:
            found.append(int(entry.name))
    return found


def kill(profile: Path, deadline_s: float = 2.0) -> bool:
    """Kills every process of a profile; whether none is left. Blocks up to the deadline."""
    until = time.monotonic() + deadline_s
    while left := using(profile):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_S)
    return True
