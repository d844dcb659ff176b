"""What was missed so far, made once a minute and language for all who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from domain.serving import Notes, NotesDesk, Point
from domain.text import clean, clean_name

MINUTE_S = 60.0
KEPT = 64


class Missed:
    """Asks the NotesDesk, one question at a time."""

    def __init__(self, notes: NotesDesk) -> None:
        self._notes = notes
        self._known: OrderedDict[tuple[str, str, int], dict[str, Any]] = OrderedDict()
        self._asking = asyncio.Lock()

    async def until(self, meeting_id: str, language: str, until_s: float) -> dict[str, Any]:
        """The summary up to then as JSON values, at most a minute old."""
        key = (meeting_id, language, int(until_s // MINUTE_S))
        async with self._asking:
            if key not in self._known:
                notes = await self._notes.catch_up(meeting_id, language, until_s)
                self._known[key] = _told(notes)
                if len(self._known) > KEPT:
                    self._known.popitem(last=False)
            return self._known[key]


def _told(notes: Notes) -> dict[str, Any]:
    return {
        "language": notes.language,
        "extractive": notes.extractive,
        "engine": clean(notes.engine),
        "summary": _points(notes.summary),
        "decisions": _points(notes.decisions),
        "actions": _points(notes.actions),
    }


def _points(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {
            "text": clean(point.text),
            "at_s": point.at_s,
            "captions": list(point.segment_ids),
            "owner": clean_name(point.owner),
            "due": clean(point.due, 80),
        }
        for point in points
    ]
