"""Which faults deserve another try, how often and how soon."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.meetings import MeetingState, Reason, StateChange, may_follow
from domain.recovery import BACK_OFF_S, STEADY_S, pause_before_try, run_number, tries_made

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def step(state: MeetingState, reason: Reason, at_s: float) -> StateChange:
    return StateChange(state, reason, NOON + timedelta(seconds=at_s))


def broke(at_s: float) -> StateChange:
    return step(MeetingState.STARTING, Reason.RECOVERING, at_s)


def back(at_s: float) -> StateChange:
    return step(MeetingState.IN_MEETING, Reason.REJOINED, at_s)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_pauses_grow_and_end() -> None:
    steps = [step(MeetingState.IN_MEETING, Reason.ADMITTED, 0)]
    for number, pause_s in enumerate(BACK_OFF_S):
        assert pause_before_try(steps, at(100 + number)) == pause_s
        steps.append(broke(100 + number))
    assert pause_before_try(steps, at(110)) is None


def test_who_was_back_for_a_while_has_all_tries_again() -> None:
    steps = [back(0), broke(50), broke(51), back(60)]
    assert tries_made(steps, at(60 + STEADY_S)) == 0
    assert tries_made(steps, at(60 + STEADY_S - 1)) == 2


def test_a_bot_that_falls_out_at_once_again_and_again_gives_up() -> None:
    steps = [back(0)]
    for number in range(len(BACK_OFF_S)):
        began = 100.0 + 10 * number
        steps += [broke(began), back(began + 5)]
    assert pause_before_try(steps, at(137)) is None


def test_work_that_broke_starts_anew_in_the_same_meeting() -> None:
    for state in (MeetingState.STARTING, MeetingState.LOBBY, MeetingState.IN_MEETING):
        assert may_follow(state, MeetingState.STARTING)
    for state in (MeetingState.LEAVING, MeetingState.ENDED, MeetingState.FAILED):
        assert not may_follow(state, MeetingState.STARTING)


def test_each_process_has_a_number_of_its_own() -> None:
    queued = StateChange(MeetingState.QUEUED, Reason.ASKED, at(0))
    launched = StateChange(MeetingState.STARTING, Reason.LAUNCHED, at(1))
    assert run_number([]) == run_number([queued]) == 0
    steps, numbers = [queued, launched], {0}
    for second in range(3):
        steps.append(broke(second))
        assert run_number(steps) not in numbers
        numbers.add(run_number(steps))


@given(st.lists(st.floats(0.1, STEADY_S - 0.1), max_size=30))
def test_without_a_quiet_moment_tries_are_never_more_than_allowed(pauses: list[float]) -> None:
    steps, now, made = [back(-STEADY_S)], 0.0, 0
    for pause in pauses:
        if pause_before_try(steps, at(now)) is None:
            break
        made += 1
        steps += [broke(now), back(now + 0.05)]
        now += pause
    assert made <= len(BACK_OFF_S)
