"""The log of a bot: one JSON object a line, with the meeting's and segments' ids.

At INFO and above it holds no speech, no names, no links and no secrets.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from domain.audio import Gap
from domain.events import CaptionRevised, Event, Notice
from domain.meetings import StateChange

log = logging.getLogger(__name__)

MAX_BYTES = 5_000_000
_FIELDS = ("segment", "state", "reason", "kind", "language", "engine", "seconds", "samples")


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def __init__(self, meeting_id: str) -> None:
        super().__init__()
        self._meeting_id = meeting_id

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "meeting": self._meeting_id,
            "message": record.getMessage(),
        }
        entry.update({key: getattr(record, key) for key in _FIELDS if hasattr(record, key)})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


@contextmanager
def bot_log(folder: Path, meeting_id: str) -> Iterator[Path]:
    """Writes the log into `folder`/bot.log as long as the context lasts."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    path = folder / "bot.log"
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=2, encoding="utf-8")
    handler.setFormatter(JsonLines(meeting_id))
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    terminal = [(other, other.level) for other in root.handlers]
    before = root.level
    for other, level in terminal:
        other.setLevel(max(level, before))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield path
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        for other, level in terminal:
            other.setLevel(level)
        handler.close()


def event_log() -> Callable[[Event], None]:
    """Logs what happens in a session, each final caption once, by its id."""
    finals: set[str] = set()

    def note(event: Event) -> None:
        if isinstance(event, StateChange):
            log.info("state", extra={"state": event.state.value, "reason": event.reason.value})
        elif isinstance(event, Notice):
            log.info("notice", extra={"kind": event.kind})
        elif isinstance(event, Gap):
            log.warning("sound was lost", extra={"samples": event.samples})
        elif isinstance(event, CaptionRevised) and event.caption.final:
            caption = event.caption
            if caption.id not in finals:
                finals.add(caption.id)
                late_s = round(caption.stamp_s - caption.end_s, 3)
                extra = {"segment": caption.id, "language": caption.language}
                log.info("final", extra={**extra, "engine": caption.engine, "seconds": late_s})

    return note
