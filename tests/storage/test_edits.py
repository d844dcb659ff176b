"""What people change is shown everywhere; what was heard stays as it was."""

from collections.abc import Callable

import pytest

from domain.captions import Translation
from domain.meetings import Meeting
from domain.people import Participant
from domain.transcripts import REFINED, Segment
from storage.database import Database
from storage.edited import EditedTranscripts, respell
from storage.edits import EditKind, SqlEditStore
from storage.transcripts import SqlTranscriptStore

Make = Callable[..., Segment]
MEETING = "m-0001"


@pytest.fixture
async def plain(database: Database, stored_meeting: Meeting, segment: Make) -> SqlTranscriptStore:
    store = SqlTranscriptStore(database)
    await store.write(
        [
            segment("s1", "hello two all", start_s=1.0),
            segment("s2", "yes", start_s=2.0, participant_id="p2", speaker="Ben"),
            segment("s3", "no", start_s=3.0, participant_id="", speaker=""),
            segment("s4", "again", start_s=4.0, participant_id="p3", speaker="Anna R."),
        ]
    )
    await store.write_participants(
        MEETING,
        [
            Participant("p1", "Ana Ruiz", joined_s=5.0, left_s=50.0),
            Participant("p2", "Ben", joined_s=6.0),
            Participant("p3", "Anna R.", joined_s=2.0, left_s=90.0),
        ],
    )
    return store


@pytest.fixture
def edits(database: Database) -> SqlEditStore:
    return SqlEditStore(database)


async def _said(store: EditedTranscripts) -> list[tuple[str, str, str]]:
    segments = await store.segments(MEETING)
    return [(each.participant_id, each.speaker, each.text) for each in segments]


async def test_texts_are_corrected_and_taken_back(
    plain: SqlTranscriptStore, edits: SqlEditStore
) -> None:
    store = EditedTranscripts(plain, edits)
    before = await plain.segments(MEETING)
    await edits.add(MEETING, EditKind.TEXT, "s1", "hello to all", by="ana")
    await edits.add(MEETING, EditKind.TEXT, "s1", "Hello to all of you", by="ben")
    assert (await _said(store))[0] == ("p1", "Ana Ruiz", "Hello to all of you")
    assert (await store.edited(MEETING)).changed == {"s1"}
    assert await plain.segments(MEETING) == before
    assert await edits.restore(MEETING, "s1") == 2
    assert await store.segments(MEETING) == before
    assert await edits.edits(MEETING) == []
    assert await edits.restore(MEETING, "s1") == 0


async def test_renaming_merges_and_undoing_parts_again(
    plain: SqlTranscriptStore, edits: SqlEditStore
) -> None:
    store = EditedTranscripts(plain, edits)
    await edits.add(MEETING, EditKind.NAME, "Anna R.", "Ana Ruiz")
    await edits.add(MEETING, EditKind.NAME, "p1", "Ana Ruiz-Gómez")
    await edits.add(MEETING, EditKind.NAME, "Speaker", "Ben")
    await edits.add(MEETING, EditKind.SPEAKER, "s2", "Carla")
    assert [each[:2] for each in await _said(store)] == [
        ("p1", "Ana Ruiz-Gómez"),
        ("", "Carla"),
        ("p2", "Ben"),
        ("p1", "Ana Ruiz-Gómez"),
    ]
    people = {p.id: (p.name, p.joined_s, p.left_s) for p in await store.participants(MEETING)}
    assert people == {"p1": ("Ana Ruiz-Gómez", 2.0, 90.0), "p2": ("Ben", 6.0, None)}
    assert await edits.restore(MEETING, "Anna R.", kind=EditKind.NAME) == 1
    assert (await _said(store))[3][:2] == ("p3", "Anna R.")
    assert len(await store.participants(MEETING)) == 3


async def test_names_hold_for_the_second_pass_too(
    plain: SqlTranscriptStore, edits: SqlEditStore, segment: Make
) -> None:
    await edits.add(MEETING, EditKind.NAME, "Ben", "Benjamin")
    again = segment("r1", "yes", participant_id="p2", speaker="Ben", version=REFINED)
    await plain.replace(MEETING, REFINED, [again])
    shown = await EditedTranscripts(plain, edits).segments(MEETING, REFINED)
    assert [each.speaker for each in shown] == ["Benjamin"]


async def test_translations_of_a_corrected_text_are_doubtful(
    plain: SqlTranscriptStore, edits: SqlEditStore, segment: Make,
    translation: Callable[..., Translation],
) -> None:  # fmt: skip
    await plain.write([segment("s1", "hello two all", translations=(translation("Hola dos"),))])
    store = EditedTranscripts(plain, edits)
    await edits.add(MEETING, EditKind.TEXT, "s1", "hello to all")
    assert (await store.segments(MEETING))[0].translations[0].doubtful
    await edits.add(MEETING, EditKind.TEXT, "s1", "Hola a todos", language="es")
    shown = (await store.segments(MEETING))[0]
    assert shown.text == "hello to all"
    assert [(t.text, t.engine, t.doubtful) for t in shown.translations] == [
        ("Hola a todos", "person", False)
    ]


def test_words_that_stay_keep_their_times(segment: Make) -> None:
    said = segment("s", "hello two all")
    words = respell(said, "hello to you all")
    assert [word.text for word in words] == ["hello", "to", "you", "all"]
    assert (words[0], words[3]) == (said.words[0], said.words[2])
    assert said.words[1].start_s == words[1].start_s < words[2].start_s <= said.words[1].end_s
    assert respell(segment("e", "", words=()), "new words")[0].text == "new"
