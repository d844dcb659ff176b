"""What events come to on the live page."""

from collections.abc import Callable
from datetime import UTC, datetime

from domain.audio import Gap, Level
from domain.captions import Caption
from domain.events import CaptionRevised, Notice, PictureShown, StageTimed
from domain.hints import ChatHint, LoudnessHint, RosterHint
from domain.meetings import MeetingState, Reason, StateChange
from domain.people import Participant
from web.live_state import CAPTIONS, LiveState, StageSummary

ANA = ("p1", "Ana")


def test_captions_stand_in_order_and_only_rise(caption: Callable[..., Caption]) -> None:
    state = LiveState()
    for made in (
        caption("b", ANA, "second", 2.0),
        caption("a", ANA, "first one", 1.0, revision=3),
        caption("a", ANA, "first", 1.0, revision=2),
    ):
        state.apply(CaptionRevised(made))
    assert [c.text for c in state.snapshot().captions] == ["first one", "second"]


def test_only_the_newest_captions_are_kept(caption: Callable[..., Caption]) -> None:
    state = LiveState()
    for number in range(CAPTIONS + 5):
        state.apply(CaptionRevised(caption(f"c{number}", ANA, "word", float(number))))
    kept = state.snapshot().captions
    assert len(kept) == CAPTIONS
    assert kept[0].id == "c5"


def test_a_speaker_keeps_the_colour(caption: Callable[..., Caption]) -> None:
    state = LiveState()
    for number, key in enumerate(["p1", "p2", "p1", "p3", "p4", "p5", "p6", "p7", "p8"]):
        state.apply(CaptionRevised(caption(f"c{number}", (key, key), "word", float(number))))
    assert list(state.snapshot().colours.values()) == [0, 1, 2, 3, 4, 5, 6, 0]


def test_people_who_leave_are_still_shown() -> None:
    state = LiveState()
    ana, ben = Participant("p1", "Ana"), Participant("p2", "Ben")
    state.apply(RosterHint((ana, ben), 1.0))
    state.apply(RosterHint((ben,), 9.0))
    assert state.snapshot().people == (Participant("p1", "Ana", left_s=9.0), ben)
    state.apply(RosterHint((ana, ben), 12.0))
    assert state.snapshot().people == (ana, ben)


def test_meters_have_names() -> None:
    state = LiveState()
    state.apply(RosterHint((Participant("p1", "Ana"),), 0.0))
    state.apply(LoudnessHint("t1", "p1", 0.5, 1.0))
    for track in ("t1", "t2", "mix", "p1"):
        state.apply(Level(track, 1.0, 0.1, 0.2))
    names = {meter.track: meter.name for meter in state.snapshot().meters}
    assert names == {"t1": "Ana", "t2": "Unknown voice", "mix": "Everybody", "p1": "Ana"}


def test_stages_have_percentiles() -> None:
    state = LiveState()
    for number in range(101):
        state.apply(StageTimed("draw", float(100 - number), 0.0))
    assert state.snapshot().stages == {"draw": StageSummary(50.0, 95.0, 99.0, 101)}
    for _ in range(300):
        state.apply(StageTimed("draw", 1.0, 0.0))
    assert state.snapshot().stages == {"draw": StageSummary(1.0, 1.0, 1.0, 401)}


def test_the_rest_is_noted() -> None:
    state = LiveState("Planning", ("es",))
    change = StateChange(MeetingState.LOBBY, Reason.KNOCKED, datetime(2026, 1, 1, tzinfo=UTC))
    notice = Notice("kind", "text", 1.0)
    for event in (change, notice, Gap("t", 0.0, 1.0, 16000, "stall"), PictureShown(7, 1.0, ())):
        state.apply(event)
    state.apply(ChatHint("1", "Ana", "hello", 1.0))
    snapshot = state.snapshot()
    assert (snapshot.title, snapshot.languages) == ("Planning", ("es",))
    assert (snapshot.changes, snapshot.notices) == ((change,), (notice,))
    assert (snapshot.gaps, snapshot.picture) == (1, 7)
