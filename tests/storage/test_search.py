"""What was said is found: in every script, by part, by filter, whatever is typed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.captions import Translation
from domain.errors import UsageError
from domain.meetings import Meeting
from domain.serving import Hits, Query
from domain.transcripts import REFINED, Segment
from storage.database import Database
from storage.edits import EditKind, SqlEditStore
from storage.meetings import SqlMeetingStore
from storage.search import SqlSearch
from storage.transcripts import SqlTranscriptStore

Make = Callable[..., Segment]

SAID = {
    "en": "The café's budget is twelve thousand euros",
    "ja": "明日の会議で予算について話します",
    "th": "พรุ่งนี้เราจะประชุมเรื่องงบประมาณ",
    "ko": "내일 회의에서 예산을 논의합니다",
    "ar": "سنناقش المِيزانية غدًا",
    "hi": "हम कल बजट पर चर्चा करेंगे",
    "ru": "Ёлка стоит дорого",
    "de": "Die Straße ist gesperrt",
}


@pytest.fixture
async def store(database: Database, stored_meeting: Meeting, segment: Make) -> SqlTranscriptStore:
    store = SqlTranscriptStore(database)
    await store.write(
        [
            segment(code, text, language=code, start_s=float(place), words=())
            for place, (code, text) in enumerate(SAID.items())
        ]
    )
    return store


async def _ids(database: Database, text: str, **filters: object) -> list[str]:
    hits = await SqlSearch(database).find(replace(Query(text), **filters))
    return [hit.segment.id for hit in hits.hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cafe", "en"),
        ("CAFÉ budget", "en"),
        ('"twelve thousand"', "en"),
        ("thous*", "en"),
        ("会", "ja"),
        ("会議", "ja"),
        ("予算について", "ja"),
        ("す", "ja"),
        ("ประชุม", "th"),
        ("งบ", "th"),
        ("회의", "ko"),
        ("الميزانية", "ar"),
        ("बजट", "hi"),
        ("елка", "ru"),
        ("strasse", "de"),
    ],
)
async def test_every_script_is_found(
    database: Database, store: SqlTranscriptStore, text: str, found: str
) -> None:
    hits = await SqlSearch(database).find(Query(text))
    assert [hit.segment.id for hit in hits.hits] == [found]
    assert hits.total == 1
    hit = hits.hits[0]
    assert hit.language == found
    assert hit.marks
    assert all(hit.excerpt[start:end] for start, end in hit.marks)


async def test_marks_are_where_the_words_are(database: Database, store: SqlTranscriptStore) -> None:
    async def marked(text: str) -> list[str]:
        hit = (await SqlSearch(database).find(Query(text))).hits[0]
        return [hit.excerpt[start:end] for start, end in hit.marks]

    assert await marked("BUDGET cafe") == ["café", "budget"]
    assert await marked("thou*") == ["thousand"]
    assert await marked("会議") == ["会議"]
    assert await marked("الميزانية") == ["المِيزانية"]
    assert await marked("strasse") == ["Straße"]


@pytest.mark.parametrize("text", ["thousand twelve", "caf", '"thousand twelve"', "議会", "euro"])
async def test_near_is_not_there(database: Database, store: SqlTranscriptStore, text: str) -> None:
    assert await _ids(database, text) == (["en"] if text == "thousand twelve" else [])


@pytest.mark.parametrize(
    "text",
    [
        '"', '""', '"unclosed', "*", "**", "NEAR(", "NEAR(a b, 5)", "';--", "a OR", "AND", "NOT x",
        "body : x", "^x", "(", "-", "+", "\x00", "{a b}", "'; DROP TABLE segment; --", "%", "_",
        "\\", "a" * 10_000, "\u202e", "“”", '"a" "b" *', "😀", "::", '" *"', "x" + "*" * 600,
    ],
)  # fmt: skip
async def test_nothing_typed_breaks_the_search(
    database: Database, store: SqlTranscriptStore, text: str
) -> None:
    await SqlSearch(database).find(Query(text, speaker=text, language=text, meeting_id=text))
    assert isinstance(await SqlSearch(database).find(Query(text)), Hits)
    assert len(await store.segments("m-0001")) == len(SAID)


async def test_filters(database: Database, meeting: Meeting, segment: Make,
                       translation: Callable[..., Translation]) -> None:  # fmt: skip
    meetings, store = SqlMeetingStore(database), SqlTranscriptStore(database)
    later = replace(meeting, id="m-0002", created_at=meeting.created_at + timedelta(days=2))
    for each in (meeting, later):
        await meetings.create(each)
    await store.write(
        [
            segment("a", "Hello to all", translations=(translation("Hola a todos"),)),
            segment("b", "Hello again", meeting_id="m-0002", speaker="李 明", participant_id="p2"),
        ]
    )
    assert await _ids(database, "hello") == ["b", "a"]
    assert await _ids(database, "hello", speaker="ruiz ANA") == ["a"]
    assert await _ids(database, "hello", speaker="李") == ["b"]
    assert await _ids(database, "", speaker="ana") == ["a"]
    assert await _ids(database, "hello", meeting_id="m-0002") == ["b"]
    assert await _ids(database, "hello", language="es") == []
    assert await _ids(database, "hola", language="es-ES") == ["a"]
    assert await _ids(database, "hello", since=later.created_at) == ["b"]
    assert await _ids(database, "hello", until=later.created_at) == ["a"]
    assert await _ids(database, "hello", until=meeting.created_at) == []


async def test_pages_follow_each_other_without_gap_or_double(
    database: Database, stored_meeting: Meeting, segment: Make,
    translation: Callable[..., Translation],
) -> None:  # fmt: skip
    same = (translation("Budget"), translation("Budget", language="fr"))
    said = [
        segment(f"s{n:02}", "Budget", start_s=float(n // 2), translations=same) for n in range(23)
    ]
    await SqlTranscriptStore(database).write(said)
    search, cursor, seen = SqlSearch(database), "", []
    for _ in range(10):
        page = await search.find(Query("budget", limit=5, cursor=cursor))
        seen += [hit.segment.id for hit in page.hits]
        assert {hit.language for hit in page.hits} == {"en"}
        cursor = page.cursor
        if not cursor:
            break
    assert sorted(seen) == [segment.id for segment in said]
    assert len(seen) == len(set(seen))
    with pytest.raises(UsageError):
        await search.find(Query("budget", cursor="1; DROP"))


async def test_the_index_follows_the_store(
    database: Database, stored_meeting: Meeting, segment: Make,
    translation: Callable[..., Translation],
) -> None:  # fmt: skip
    store, edits = SqlTranscriptStore(database), SqlEditStore(database)
    await store.write([segment("a", "the first word")])
    assert await _ids(database, "word") == ["a"]
    await store.write([segment("a", "the first word", translations=(translation("palabra"),))])
    assert await _ids(database, "palabra") == ["a"]
    await edits.add(stored_meeting.id, EditKind.TEXT, "a", "the last sword")
    assert await _ids(database, "sword") == ["a"]
    assert await _ids(database, "word") == []
    await edits.add(stored_meeting.id, EditKind.NAME, "p1", "Zoë")
    assert await _ids(database, "last", speaker="zoe") == ["a"]
    assert await _ids(database, "last", speaker="ana") == []
    assert await edits.restore(stored_meeting.id, "a") == 1
    assert await _ids(database, "word") == ["a"]


async def test_the_second_pass_takes_the_place_of_the_first(
    database: Database, stored_meeting: Meeting, segment: Make
) -> None:
    store = SqlTranscriptStore(database)
    await store.write([segment("a", "heard badly")])
    assert await _ids(database, "heard") == ["a"]
    await store.replace(stored_meeting.id, REFINED, [segment("r", "heard well", version=REFINED)])
    assert await _ids(database, "heard") == ["r"]
    await store.replace(stored_meeting.id, REFINED, [])
    assert await _ids(database, "heard") == ["a"]


async def test_long_texts_are_shown_around_the_word(
    database: Database, stored_meeting: Meeting, segment: Make
) -> None:
    long = " ".join(["filler"] * 300 + ["needle"] + ["straw"] * 300)
    await SqlTranscriptStore(database).write([segment("a", long, words=())])
    hit = (await SqlSearch(database).find(Query("needle"))).hits[0]
    assert len(hit.excerpt) < 200
    assert hit.excerpt.startswith("…")
    ((start, end),) = hit.marks
    assert hit.excerpt[start:end] == "needle"
