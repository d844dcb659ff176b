"""Takes into the search index what has become due."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import text as sql
from sqlmodel import Session

from domain.captions import Translation, TranslationState
from domain.languages import primary
from domain.terms import terms
from domain.transcripts import LIVE, REFINED, Segment
from storage.edited import apply
from storage.edits import read_edits
from storage.search_engines import ENGINES, Row
from storage.search_query import language_tag, meeting_tag
from storage.transcripts import people_of

CHUNK = 2000
"""Due segments that are taken in by one transaction, about an hour of speech."""

LANGUAGES = 32
"""Numbers in the index for each moment of a meeting; the first one is the original's."""
_MOMENTS = 1 << 27

_DUE = sql(f"SELECT meeting_id, segment_id FROM search_due ORDER BY meeting_id LIMIT {CHUNK}")
_DONE = sql("DELETE FROM search_due WHERE meeting_id = :meeting_id AND segment_id = :segment_id")
_MEETING = sql("SELECT began_at, created_at FROM meeting WHERE id = :id")
_VERSIONS = sql("SELECT DISTINCT version FROM segment WHERE meeting_id = :id")
_WORSE = sql(
    "DELETE FROM search_text WHERE meeting_id = :id AND segment_id IN "
    "(SELECT id FROM segment WHERE meeting_id = :id AND version != :version)"
)
_MISSING = sql(
    "SELECT id FROM segment WHERE meeting_id = :id AND version = :version "
    "AND id NOT IN (SELECT segment_id FROM search_text WHERE meeting_id = :id)"
)
_SEGMENT = sql(
    "SELECT id, participant_id, speaker, language, start_s, end_s, text "
    "FROM segment WHERE id = :id AND version = :version"
)
_TRANSLATIONS = sql("SELECT language, text, state FROM translation WHERE segment_id = :id")
_FORGET = sql("DELETE FROM search_text WHERE segment_id = :id")
_TAKEN = sql("SELECT id FROM search_text WHERE id >= :first AND id < :last")
_TEXT = sql(
    "INSERT INTO search_text (id, meeting_id, segment_id, language) "
    "VALUES (:id, :meeting_id, :segment_id, :language)"
)


def take_in(session: Session) -> int:
    """Takes in some of what is due; how many segments. Within a writing transaction."""
    due: defaultdict[str, list[str]] = defaultdict(list)
    for meeting_id, segment_id in session.execute(_DUE):
        due[meeting_id].append(segment_id)
    for meeting_id, ids in due.items():
        _meeting(session, meeting_id, ids)
        done = [{"meeting_id": meeting_id, "segment_id": each} for each in ids]
        session.execute(_DONE, done)
    return sum(len(ids) for ids in due.values())


def original(number: int) -> bool:
    """Whether a number of the index stands for words as they were spoken."""
    return number % LANGUAGES == 0


def text_of(segment: Segment, language: str) -> str:
    """A segment's own words or its final translation."""
    if primary(segment.language) == language:
        return segment.text
    finals = (t for t in segment.translations if t.state is TranslationState.FINAL)
    return next((t.text for t in finals if primary(t.language) == language), "")


def _meeting(session: Session, meeting_id: str, ids: Sequence[str]) -> None:
    row = session.execute(_MEETING, {"id": meeting_id}).first()
    if row is None:
        return
    began_at, created_at = row
    versions = set(session.scalars(_VERSIONS, {"id": meeting_id}))
    here = {"id": meeting_id, "version": REFINED if REFINED in versions else LIVE}
    if len(versions) > 1:
        session.execute(_WORSE, here)
    wanted = {each for each in ids if each}
    if "" in ids:
        wanted |= set(session.scalars(_MISSING, here))
    segments = _segments(session, meeting_id, here["version"], wanted)
    edits = read_edits(session, meeting_id)
    people = people_of(session, meeting_id) if edits else []
    if wanted:
        session.execute(_FORGET, [{"id": each} for each in wanted])
    _index(session, _base(began_at or created_at), apply(edits, segments, people).segments)


def _base(at: str | datetime) -> int:
    """The number of the first moment of a meeting that began then; SQLite gives text."""
    when = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return max(0, int(when.replace(tzinfo=when.tzinfo or UTC).timestamp())) << 32


def _segments(session: Session, meeting_id: str, version: str, ids: Iterable[str]) -> list[Segment]:
    found: list[Segment] = []
    for each in ids:
        row = session.execute(_SEGMENT, {"id": each, "version": version}).first()
        if row is None:
            continue
        segment_id, participant_id, speaker, language, start_s, end_s, text = row
        translations = tuple(
            Translation(code, words, TranslationState(state))
            for code, words, state in session.execute(_TRANSLATIONS, {"id": each})
        )
        found.append(
            Segment(
                segment_id, meeting_id, participant_id, speaker, language, start_s, end_s, text,
                1.0, "", translations=translations, version=version,
            )
        )  # fmt: skip
    return sorted(found, key=lambda segment: (segment.start_s, segment.id))


def _index(session: Session, base: int, segments: Sequence[Segment]) -> None:
    taken = set(session.scalars(_TAKEN, {"first": base, "last": base + (1 << 32)}))
    engine = ENGINES[session.get_bind().dialect.name]
    texts: list[Row] = []
    words: list[Row] = []
    for segment in segments:
        moment = min(_MOMENTS - 1, max(0, round(segment.start_s * 1000)))
        first = next(
            number for number in count(base + moment * LANGUAGES, LANGUAGES) if number not in taken
        )
        for number, language in enumerate(_languages(segment)[:LANGUAGES], first):
            text = text_of(segment, language)
            if number > first and not text:
                continue
            taken.add(number)
            parts = {
                "tags": (language_tag(language), meeting_tag(segment.meeting_id)),
                "speaker": terms(segment.speaker),
                "body": terms(text),
            }
            texts.append(
                {"id": number, "meeting_id": segment.meeting_id, "segment_id": segment.id,
                 "language": language}
            )  # fmt: skip
            words.append(engine.row(number, parts))
    if texts:
        session.execute(_TEXT, texts)
        session.execute(engine.insert, words)


def _languages(segment: Segment) -> list[str]:
    """The original's language first, then those of the translations, without doubles."""
    codes = [segment.language, *(t.language for t in segment.translations)]
    return list(dict.fromkeys(primary(code) for code in codes))
