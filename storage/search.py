"""Finds what was said, in all meetings: words, phrases and beginnings of words, newest first."""

from collections.abc import Sequence
from datetime import datetime
from unicodedata import normalize

from sqlalchemy import TextClause
from sqlalchemy import text as sql
from sqlmodel import Session, col

from domain.errors import UsageError
from domain.serving import Hit, Hits, Query
from domain.text import clean
from domain.transcripts import Segment
from storage.database import Database
from storage.edited import apply
from storage.edits import read_edits
from storage.meetings import SqlMeetingStore
from storage.search_engines import ENGINES
from storage.search_index import original, take_in, text_of
from storage.search_query import Wanted, ask, excerpt, parse
from storage.tables import SegmentRow
from storage.transcripts import people_of, read_segments

MOST = 200
"""Hits on a page."""
AT_ONCE = 5
"""Hours of speech that a search takes into the index before it answers; of an import of many
meetings the rest waits for `refresh` or for the next search."""
COUNTED = 1000
"""Beyond so many places the total is not counted."""
LONGEST = 100_000

_END = (1 << 63) - 1

Place = tuple[int, str, str, str]
"""Id in the index, segment, meeting, language."""


class SqlSearch:
    """Full-text search on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = ENGINES[database.kind]
        self._meetings = SqlMeetingStore(database)

    async def refresh(self, most: int | None = None) -> int:
        """Brings the index up to date; how many segments were taken in. With `most`, no more
        than so many transactions."""
        taken = rounds = 0
        while (most is None or rounds < most) and await self._database.read(_is_due):
            taken += await self._database.write(take_in)
            rounds += 1
        return taken

    async def find(self, query: Query) -> Hits:
        """A page of hits, the newest first. Raises UsageError for a cursor that is none."""
        wanted = parse(query.text)
        asked = self._engine.match(ask(wanted, query.speaker, query.language, query.meeting_id))
        if not asked or (query.text.strip() and not wanted):
            return Hits(())
        await self.refresh(AT_ONCE)
        window: dict[str, str | int] = {
            "match": asked,
            "before": min(_before(query.cursor), _edge(query.until, _END)),
            "since": _edge(query.since, 0),
        }
        limit = max(1, min(query.limit, MOST))
        found = await self._database.read(
            lambda session: _page(
                session, self._engine.page, window, limit, counted=not query.cursor
            )
        )
        hits = await self._hits(found.places, wanted)
        return Hits(hits, str(found.places[-1][0]) if found.more else "", found.total)

    async def _hits(self, places: Sequence[Place], wanted: Sequence[Wanted]) -> list[Hit]:
        segments = await self._database.read(lambda session: _edited(session, places))
        hits: list[Hit] = []
        meetings = {m: await self._meetings.get(m) for m in dict.fromkeys(p[2] for p in places)}
        for _, segment_id, meeting_id, language in places:
            segment, meeting = segments.get(segment_id), meetings[meeting_id]
            if segment is None or meeting is None:
                continue
            shown = clean(normalize("NFC", text_of(segment, language)), LONGEST)
            hits.append(Hit(meeting, segment, *excerpt(shown, wanted), language))
        return hits


class _Found:
    """Places on a page, whether there are more, and how many in all where that is known."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.more = False
        self.total: int | None = None


def _page(
    session: Session, page: TextClause, window: dict[str, str | int], limit: int, *, counted: bool
) -> _Found:
    """Each segment once: where the original is among several languages, the original."""
    found = _Found()
    seen: dict[str, int] = {}
    before = window["before"]
    # One query of the index gives the page and the total: a common character costs its time there.
    step = max(limit * 3, COUNTED) + 1
    while True:
        rows = session.execute(page, {**window, "before": before, "limit": step}).all()
        if counted and not seen and len(rows) < step:
            found.total = len({row[1] for row in rows})
        for row in rows:
            place: Place = (row[0], row[1], row[2], row[3])
            if place[1] in seen:
                # The page goes on after the last language of a segment.
                known = found.places[seen[place[1]]]
                better = original(place[0]) and not original(known[0])
                chosen = place if better else known
                found.places[seen[place[1]]] = (place[0], *chosen[1:])
                continue
            if len(found.places) == limit:
                found.more = True
                return found
            seen[place[1]] = len(found.places)
            found.places.append(place)
        if len(rows) < step:
            return found
        before = rows[-1][0]


def _is_due(session: Session) -> bool:
    return session.execute(sql("SELECT 1 FROM search_due LIMIT 1")).first() is not None


def _edited(session: Session, places: Sequence[Place]) -> dict[str, Segment]:
    found = read_segments(session, col(SegmentRow.id).in_([place[1] for place in places]))
    segments: dict[str, Segment] = {}
    for meeting_id in dict.fromkeys(place[2] for place in places):
        own = [segment for segment in found if segment.meeting_id == meeting_id]
        edits = read_edits(session, meeting_id)
        people = people_of(session, meeting_id) if edits else []
        segments.update({s.id: s for s in apply(edits, own, people).segments})
    return segments


def _before(cursor: str) -> int:
    if not cursor:
        return _END
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 19):
        raise UsageError("This is no cursor of a search.", "Search again from the start.")
    return min(int(cursor), _END)


def _edge(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else max(0, min(int(at.timestamp()) << 32, _END))
