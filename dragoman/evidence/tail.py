"""The end of a bot's log."""

import json
import os
from pathlib import Path

LOG = "bot.log"
BYTES = 64_000
FAULTS = ("WARNING", "ERROR", "CRITICAL")


def tail(meeting_folder: Path) -> bytes:
    """Whole lines, BYTES at most; empty without a log. Blocks."""
    try:
        with (meeting_folder / LOG).open("rb") as file:
            start = max(0, os.fstat(file.fileno()).st_size - BYTES)
            file.seek(start)
            content = file.read(BYTES)
    except OSError:
        return b""
    return content.partition(b"\n")[2] if start else content


def last_fault(lines: bytes) -> str:
    """The newest warning or error of a log, in one line; empty where there is none."""
    for line in reversed(lines.decode("utf-8", "replace").splitlines()):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and record.get("level") in FAULTS:
            trace = str(record.get("exception", "")).strip().splitlines()
            return ": ".join([str(record.get("message", "")), *trace[-1:]])
    return ""
