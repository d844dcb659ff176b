"""Who is heard when: contributing sources, tiles, captions, flicker and doubt."""

from domain.hints import CaptionHint, LoudnessHint, RosterHint, TileHint
from domain.people import Participant
from domain.speech import Word
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.people import People
from pipeline.timeline import Timeline


def stage() -> tuple[Attribution, People, CaptionLines]:
    people, lines = People(), CaptionLines()
    people.update(
        RosterHint(
            (
                Participant("p1", "Ana"),
                Participant("p2", "Ben"),
                Participant("me", "Dragoman", is_self=True),
            ),
            0.0,
        )
    )
    return Attribution(people, lines, CaptionLag()), people, lines


def test_a_change_needs_to_hold() -> None:
    timeline = Timeline()
    timeline.note("a", "p1", 0.0)
    timeline.note("a", "p2", 2.0)
    change = timeline.change("a", 0.5, 2.1, 2.1)
    assert change
    assert not change.confirmed
    timeline.note("a", "p2", 2.2)
    change = timeline.change("a", 0.5, 2.2, 2.2)
    assert change
    assert (change.at_s, change.before, change.after) == (2.0, "p1", "p2")
    assert change.confirmed


def test_flicker_is_no_change() -> None:
    timeline = Timeline()
    for at_s, name in [(0.0, "p1"), (2.0, "p2"), (2.05, "p1"), (3.0, "p1")]:
        timeline.note("a", name, at_s)
    assert timeline.change("a", 0.5, 3.0, 3.0) is None


def test_sources_name_the_speaker_and_never_ourselves() -> None:
    attribution, _, _ = stage()
    attribution.loudness(LoudnessHint("a", "p1", 0.5, 0.0))
    attribution.loudness(LoudnessHint("a", "me", 0.5, 1.0))
    who = attribution.who("a", 0.5, 3.0)
    assert (who.participant_id, who.speaker, who.doubt) == ("p1", "Ana", 0.0)


def test_tiles_name_the_speaker_of_a_mix_with_doubt() -> None:
    attribution, _, _ = stage()
    attribution.tile(TileHint("p2", True, 1.0))
    attribution.tile(TileHint("p2", False, 3.0))
    who = attribution.who("mix", 1.2, 3.1)
    assert who.speaker == "Ben"
    assert who.doubt >= 0.1
    assert attribution.who("mix", 5.0, 6.0).participant_id == ""


def test_who_left_while_lit_is_not_lit_any_more() -> None:
    attribution, people, _ = stage()
    attribution.tile(TileHint("p1", True, 10.0))
    people.update(RosterHint((Participant("p2", "Ben"),), 12.0))
    assert attribution.who("mix", 10.0, 12.0).participant_id == "p1"
    assert attribution.who("mix", 3000.0, 3004.0).participant_id == ""
    attribution.tile(TileHint("p2", True, 4000.0))
    attribution.tile(TileHint("p2", False, 4004.0))
    assert attribution.who("mix", 4000.0, 4004.0).participant_id == "p2"


def test_who_stays_lit_while_others_come_is_lit() -> None:
    attribution, people, _ = stage()
    attribution.tile(TileHint("p1", True, 10.0))
    people.update(RosterHint((Participant("p1", "Ana"), Participant("p3", "Cem")), 12.0))
    assert attribution.who("mix", 15.0, 18.0).participant_id == "p1"


def test_captions_name_the_speaker_by_their_text() -> None:
    attribution, _, lines = stage()
    for person, text in [("p1", "see you tomorrow then"), ("p2", "the budget is too small")]:
        lines.take(CaptionHint(f"l{person}", person, "", text, 0, False, "en", 3.0), person)
    words = tuple(
        Word(t, 1.0 + i * 0.2, 1.2 + i * 0.2)
        for i, t in enumerate(["the", "budget", "is", "small"])
    )
    who = attribution.who("mix", 1.0, 2.0, words)
    assert who.speaker == "Ben"


def test_nobody_is_invented() -> None:
    attribution, _, _ = stage()
    who = attribution.who("mix", 1.0, 2.0)
    assert (who.participant_id, who.speaker, who.doubt) == ("", "", 1.0)
