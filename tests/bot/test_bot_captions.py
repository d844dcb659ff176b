"""Captions: ids that are used again, one source at a time, people from channel and tiles."""

from typing import Any

from bot.captions import CaptionReader, ChannelLines
from bot.channels import CaptionPacket, RosterNews, RosterPerson
from bot.people import Roster
from domain.hints import CaptionHint, TileHint

ANNA, BEN = "spaces/r/devices/1", "spaces/r/devices/2"


def packet(version: int, text: str = "Hello", final: bool = False) -> CaptionPacket:
    return CaptionPacket(ANNA, 5, version, final, text, "cmn-Hans-CN")


def roster() -> Roster:
    people = Roster("Dragoman")
    people.channel(
        RosterNews((RosterPerson(ANNA, "Anna", True, False), RosterPerson(BEN, "Ben", True, False)),
                   {11: ANNA}),
        0.0,
    )  # fmt: skip
    return people


def region(blocks: list[tuple[int, str, str]], present: list[int] | None = None) -> dict[str, Any]:
    return {
        "blocks": [{"number": n, "name": name, "text": text} for n, name, text in blocks],
        "present": [n for n, _, _ in blocks] if present is None else present,
        "leftover": 0,
    }


class Reader:
    """A caption reader that keeps its notices."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.reader = CaptionReader(roster(), lambda kind, _text, _at_s: self.notices.append(kind))

    def region(self, at_s: float, *blocks: tuple[int, str, str]) -> list[CaptionHint]:
        return list(self.reader.region(region(list(blocks)), at_s))


def test_an_id_used_again_after_a_pause_is_a_new_line() -> None:
    lines = ChannelLines()
    first = lines.read(packet(1), 0.0)
    assert lines.read(packet(2), 14.9) == first
    second = lines.read(packet(1), 30.0)
    assert second not in (None, first)
    assert lines.read(packet(2), 31.0) == second


def test_a_revision_that_was_overtaken_is_passed_over() -> None:
    lines = ChannelLines()
    assert lines.read(packet(4), 0.0)
    assert lines.read(packet(3), 0.1) is None


def test_channel_captions_carry_name_and_language() -> None:
    reader = Reader()
    [hint] = reader.reader.channel(packet(1, "你好\u202e"), 2.0)
    assert (hint.name, hint.language, hint.text, hint.source) == ("Anna", "zh", "你好", "channel")


def test_the_region_waits_for_the_channel_and_is_then_let_speak() -> None:
    reader = Reader()
    assert reader.region(1.0, (1, "Anna", "Good")) == []
    assert list(reader.reader.tick(3.0)) == []
    held = list(reader.reader.tick(5.1))
    assert [(hint.text, hint.participant_id, hint.source) for hint in held] == [
        ("Good", ANNA, "region")
    ]
    assert [hint.text for hint in reader.region(5.5, (1, "Anna", "Good day"))] == ["Good day"]
    assert reader.notices == ["caption_source"]


def test_the_region_is_silent_beside_the_channel() -> None:
    reader = Reader()
    assert reader.region(1.0, (1, "Anna", "Good")) == []
    assert len(list(reader.reader.channel(packet(1, "Good"), 1.2))) == 1
    assert list(reader.reader.tick(20.0)) == []
    assert reader.reader.active == "channel"


def test_a_block_used_for_another_speaker_is_a_new_line() -> None:
    reader = Reader()
    reader.region(0.0, (1, "Anna", "One"))
    [first] = reader.reader.tick(5.0)
    done, second = reader.region(6.0, (1, "Ben", "Two"))
    assert (done.line_id, done.text, done.final) == (first.line_id, "One", True)
    assert first.line_id != second.line_id
    assert second.participant_id == BEN


def test_a_block_that_begins_anew_is_a_new_line_and_old_blocks_become_final() -> None:
    reader = Reader()
    reader.region(0.0, (1, "Anna", "word " * 100))
    [first] = reader.reader.tick(5.0)
    done, second = reader.region(6.0, (1, "Anna", "Fresh"))
    assert (done.line_id, done.final) == (first.line_id, True)
    assert first.line_id != second.line_id
    reader.region(7.0, (1, "Anna", "Fresh"), (2, "Ben", "Me too"))
    finals = [hint for hint in reader.reader.tick(13.0) if hint.final]
    assert [(hint.text, hint.version) for hint in finals] == [("Fresh", 1)]


def test_you_is_the_bot_unless_somebody_has_that_name() -> None:
    own = "spaces/r/devices/9"
    reader = Reader()
    people = reader.reader._roster
    people.channel(RosterNews((RosterPerson(own, "Dragoman", True, True),), {}), 0.0)
    reader.region(0.0, (1, "You", "One"))
    assert [hint.participant_id for hint in reader.reader.tick(5.0)] == [own]
    people.channel(RosterNews((RosterPerson("spaces/r/devices/3", "You", True, False),), {}), 6.0)
    [hint] = reader.region(7.0, (2, "You", "Two"))[:1]
    assert (hint.participant_id, hint.text) == ("spaces/r/devices/3", "Two")


def test_much_text_outside_the_known_parts_is_told() -> None:
    reader = Reader()
    list(reader.reader.region({"blocks": [], "present": [], "leftover": 65}, 1.0))
    assert reader.notices == ["page_changed"]


def tiles(*entries: tuple[str, str, bool], count: int | None = None) -> dict[str, Any]:
    return {
        "tiles": [{"id": i, "name": n, "speaking": s, "self": False} for i, n, s in entries],
        "count": count,
    }


def test_tiles_tell_of_people_until_the_channel_does() -> None:
    people = Roster("Dragoman")
    hints = people.tiles(tiles((BEN, "Ben", False), ("spaces/r/devices/9", "Dragoman", False)), 1.0)
    assert people.own is not None
    assert people.company == 1
    assert len(hints) == 1
    people.tiles(tiles(("spaces/r/devices/9", "Dragoman", False)), 5.0)
    assert people.company == 0
    assert [person.left_s for person in people.everybody] == [5.0, None]


def test_a_person_the_channel_named_does_not_leave_with_the_tile() -> None:
    people = roster()
    assert people.tiles(tiles((ANNA, "Anna", True)), 2.0) == [TileHint(ANNA, True, 2.0)]
    assert people.company == 2
    people.channel(RosterNews((RosterPerson(BEN, "Ben", False, False),), {}), 3.0)
    assert [person.name for person in people.present] == ["Anna"]
    people.channel(RosterNews((RosterPerson(BEN, "Ben", True, False),), {}), 4.0)
    assert people.company == 2


def test_other_bots_are_no_company_but_people_with_such_names_are() -> None:
    for name in ("Fireflies.ai Notetaker", "Otter.ai", "Read.ai meeting notes", "Fathom AI"):
        people = Roster("Dragoman")
        people.tiles(tiles((ANNA, name, False)), 0.0)
        assert people.company == 0, name
    for name in ("Jamie Smith", "Reading Room", "Grant Gong", "Bottega Anna", "Fellow Traveller"):
        people = Roster("Dragoman")
        people.tiles(tiles((ANNA, name, False)), 0.0)
        assert people.company == 1, name


def test_a_head_count_keeps_the_bot_from_thinking_it_is_alone() -> None:
    people = Roster("Dragoman")
    people.tiles(tiles(("spaces/r/devices/9", "Dragoman", False), count=5), 0.0)
    assert people.company == 4


def test_two_people_of_one_name_are_not_guessed() -> None:
    people = roster()
    people.channel(RosterNews((RosterPerson("spaces/r/devices/3", "Ben", True, False),), {}), 1.0)
    assert people.by_name("Ben") is None
    assert people.by_name("anna") is not None
    assert people.speaker(11) == ANNA
