"""Expands calendars aside: hostile or large ones in a process that can be ended.

Anybody can put an event into somebody's calendar by inviting them, and a rule such as "every
30th of February" is sought for minutes. So text that may be such is read by a child process,
where each series has a second.
"""

import asyncio
import json
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendars import CalendarError, CalendarEvent
from scheduler.calendars.ical import BUDGET_S, events_in
from scheduler.calendars.reader import Reader

LARGE = 200_000
"""Characters that keep this process busy for too long."""
SERIES_S = 1.0
_ODD = re.compile(
    r"HOURLY|MINUTELY|SECONDLY|BY(?:MONTHDAY|YEARDAY|WEEKNO|SETPOS|MONTH|HOUR|MINUTE|SECOND)=|"
    r"DTSTART[^:\r\n]*:(?:[01]|20[01])",
    re.IGNORECASE,
)
"""Rules that may fit nothing, or much, and series that began long ago."""


async def expanded(
    texts: Sequence[str], window: tuple[datetime, datetime], reader: Reader
) -> list[CalendarEvent]:
    """Everything that overlaps the window, by start. Raises CalendarError."""
    if sum(map(len, texts)) < LARGE and not any(_ODD.search(text) for text in texts):
        return await asyncio.to_thread(events_in, texts, window, reader)
    given = {
        "texts": list(texts),
        "window": [each.isoformat() for each in window],
        "reader": [
            reader.calendar_id, reader.site, sorted(reader.own), sorted(reader.owners),
            reader.zone.key,
        ],
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scheduler.calendars.expand",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(BUDGET_S * 2):
            out, _ = await process.communicate(json.dumps(given).encode())
    except TimeoutError as error:
        raise CalendarError(
            "The calendar's series take too long to read.", "Remove odd series from it."
        ) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _told(out)


def _told(out: bytes) -> list[CalendarEvent]:
    try:
        told = json.loads(out)
    except ValueError as error:
        raise CalendarError("The calendar could not be read.", "Look for odd events.") from error
    if "error" in told:
        message, remedy, retry = told["error"]
        raise CalendarError(message, remedy, retry=retry)
    return [_event(each) for each in told["events"]]


def _event(plain: dict[str, Any]) -> CalendarEvent:
    plain["start"] = datetime.fromisoformat(plain["start"])
    plain["end"] = datetime.fromisoformat(plain["end"])
    plain["attendees"] = tuple(plain["attendees"])
    return CalendarEvent(**plain)


@contextmanager
def _a_second() -> Iterator[None]:
    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, SERIES_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """The child: JSON in, JSON out."""
    given = json.load(sys.stdin)
    calendar_id, site, own, owners, zone = given["reader"]
    reader = Reader(calendar_id, site, frozenset(own), frozenset(owners), ZoneInfo(zone))
    start, end = (datetime.fromisoformat(each) for each in given["window"])
    told: dict[str, object]
    try:
        events = events_in(given["texts"], (start, end), reader, guard=_a_second)
    except CalendarError as error:
        told = {"error": [error.message, error.remedy, error.retry]}
    else:
        told = {"events": [asdict(event) for event in events]}
    json.dump(told, sys.stdout, default=lambda when: when.isoformat())


if __name__ == "__main__":
    main()
