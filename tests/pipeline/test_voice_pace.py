"""The rule that keeps speech close behind, on a clock that moves only when it is told to."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from pipeline.voice.pace import Backlog, PaceSettings, Sentence

RULE = PaceSettings()
LONGEST_S = 12.0


@dataclass(frozen=True)
class Said:
    sentence: Sentence
    start_s: float
    speed: float


@dataclass(frozen=True)
class Incoming:
    """A sentence: how long after the one before it ends, is translated, and takes to say."""

    gap_s: float
    lag_s: float
    length_s: float
    who: str


def play(talk: list[Incoming]) -> tuple[list[Said], Backlog, list[Sentence]]:
    """Speaks a talk in virtual time: sentences arrive, and the line is busy while one is said."""
    arrivals = []
    ended_s = 0.0
    for number, each in enumerate(talk):
        ended_s += each.gap_s
        sentence = Sentence(str(number), "text", each.who, ended_s)
        arrivals.append((ended_s + each.lag_s, sentence, each.length_s))
    lengths = {sentence.caption_id: length for _, sentence, length in arrivals}
    arrivals.sort(key=lambda arrival: arrival[0])
    backlog, said, now_s, free_s = Backlog(RULE), list[Said](), 0.0, 0.0
    waiting = list(arrivals)
    while waiting or len(backlog):
        now_s = free_s if len(backlog) else max(free_s, waiting[0][0])
        while waiting and waiting[0][0] <= now_s:
            backlog.add(waiting.pop(0)[1])
        taken = backlog.take(now_s)
        if taken is not None:
            sentence, speed = taken
            said.append(Said(sentence, now_s, speed))
            free_s = now_s + lengths[sentence.caption_id] / speed
    return said, backlog, [sentence for _, sentence, _ in arrivals]


talks = st.lists(
    st.builds(
        Incoming,
        st.floats(0, 8),
        st.one_of(st.floats(0, 4), st.floats(0, 60)),
        st.floats(0.2, LONGEST_S),
        st.sampled_from(["anna", "ben", ""]),
    ),
    max_size=60,
)


@given(talks)
def test_delay_is_bounded_order_kept_and_nothing_said_twice(talk: list[Incoming]) -> None:
    said, backlog, all_of_them = play(talk)
    ids = [each.sentence.caption_id for each in said]
    assert len(ids) == len(set(ids))
    assert len(said) + backlog.skipped == len(all_of_them)
    ends: dict[str, float] = {}
    line_free_s = 0.0
    for each in said:
        behind_s = each.start_s - each.sentence.end_s
        assert behind_s <= RULE.stale_s
        assert 1.0 <= each.speed <= RULE.fastest
        assert (each.speed == 1.0) == (behind_s <= RULE.calm_s) or each.speed < 1.001
        assert each.start_s >= line_free_s
        line_free_s = each.start_s
        assert each.sentence.end_s >= ends.get(each.sentence.speaker_key, 0.0)
        ends[each.sentence.speaker_key] = each.sentence.end_s


@given(st.lists(st.floats(0.2, LONGEST_S), min_size=1, max_size=200), st.floats(0.05, 1.0))
def test_speech_that_is_far_too_long_never_drifts(lengths: list[float], squeeze: float) -> None:
    """Everything is translated after a second, and takes longer to say than it took to say."""
    talk = [Incoming(length * squeeze, 1.0, length, "anna") for length in lengths]
    said, _, _ = play(talk)
    worst_s = RULE.late_s + LONGEST_S
    assert max(each.start_s - each.sentence.end_s for each in said) <= worst_s


def test_a_calm_talk_is_spoken_whole_at_its_own_pace() -> None:
    said, backlog, everything = play([Incoming(5.0, 1.0, 3.0, "anna")] * 30)
    assert [each.sentence for each in said] == everything
    assert {each.speed for each in said} == {1.0}
    assert backlog.skipped == 0


def test_a_fast_talk_is_caught_up_with_by_speed_alone() -> None:
    said, backlog, _ = play([Incoming(4.0, 1.0, 5.0, "anna")] * 30)
    assert backlog.skipped == 0
    assert max(each.speed for each in said) > 1.15
    assert max(each.start_s - each.sentence.end_s for each in said) < RULE.late_s


def test_the_oldest_is_skipped_first_and_the_newest_spoken() -> None:
    backlog = Backlog()
    for second in range(5):
        backlog.add(Sentence(str(second), "text", "anna", float(second)))
    taken = backlog.take(11.0)
    assert taken is not None
    assert (taken[0].caption_id, taken[1]) == ("3", 1.4)
    assert backlog.skipped == 3
    assert backlog.take(15.0) is not None
    assert backlog.take(15.0) is None


def test_what_is_stale_is_not_spoken_even_if_it_is_the_newest() -> None:
    backlog = Backlog()
    backlog.add(Sentence("a", "text", "anna", 0.0))
    assert backlog.take(20.1) is None
    assert backlog.skipped == 1


def test_a_latecomer_of_a_speaker_who_went_on_is_skipped() -> None:
    backlog = Backlog()
    backlog.add(Sentence("b", "text", "anna", 5.0))
    assert backlog.take(6.0) is not None
    backlog.add(Sentence("a", "text", "anna", 4.0))
    backlog.add(Sentence("c", "text", "ben", 4.5))
    taken = backlog.take(6.0)
    assert taken is not None
    assert taken[0].caption_id == "c"
    assert backlog.skipped == 1
