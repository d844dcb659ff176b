"""Effort sinks in named steps while recognition falls behind, and rises again one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import FakeClock
from domain.events import Degraded, Event, Notice
from pipeline.effort import Effort, EffortRules, Step

LOADS = st.lists(
    st.tuples(st.floats(0, 20), st.floats(0, 3), st.booleans(), st.floats(0.05, 5)), max_size=60
)


class Watch:
    """An effort with its clock and what it told."""

    def __init__(self, smaller: object = None) -> None:
        self.clock = FakeClock()
        self.events: list[Event] = []
        self.captions = False
        self.effort = Effort(
            self.clock, self.events.append, captions_on=lambda: self.captions, smaller=smaller
        )

    @property
    def steps(self) -> list[str]:
        return [e.step for e in self.events if isinstance(e, Degraded)]

    def wait(self, seconds: float, waiting_s: float = 0.0) -> None:
        for _ in range(round(seconds / 0.25)):
            self.clock.advance(0.25)
            self.effort.waiting("a", waiting_s)


class TwoSizes:
    """A recogniser that has a smaller model."""

    def __init__(self) -> None:
        self.used: list[bool] = []

    def use_smaller(self, on: bool) -> None:
        self.used.append(on)


def test_it_sinks_step_by_step_and_rises_step_by_step() -> None:
    watch = Watch()
    watch.captions = True
    watch.wait(20, waiting_s=4.0)
    assert watch.steps == ["larger_step", "finals_only", "captions_only"]
    assert watch.effort.left_to_captions(watch.clock.now_s())
    watch.wait(200)
    assert watch.steps[3:] == ["finals_only", "larger_step", "full"]
    assert not watch.effort.left_to_captions(watch.clock.now_s())
    told = [e.text for e in watch.events if isinstance(e, Notice)]
    assert told[0] == "Recognition is 4.0 s behind the sound; words appear in larger steps."
    assert told[-1] == "Recognition keeps up again; words appear as they are spoken."


def test_slow_recognition_shows_before_sound_waits() -> None:
    watch = Watch()
    for _ in range(10):
        watch.clock.advance(1.0)
        watch.effort.spent("a", 1.4, 1.0)
        watch.effort.look()
    assert watch.steps[0] == "larger_step"


def test_a_moment_of_load_is_no_reason_to_go_on_sinking() -> None:
    watch = Watch()
    watch.wait(0.5, waiting_s=3.0)
    watch.wait(5, waiting_s=1.5)
    assert watch.steps == ["larger_step"]


def test_without_captions_or_a_smaller_model_finals_are_the_least() -> None:
    watch = Watch()
    watch.wait(60, waiting_s=9.0)
    assert watch.steps == ["larger_step", "finals_only"]


def test_a_smaller_model_is_taken_where_captions_are_off() -> None:
    engine = TwoSizes()
    watch = Watch(engine)
    watch.wait(60, waiting_s=9.0)
    assert watch.effort.step is Step.SMALLER
    watch.wait(200)
    assert watch.effort.step is Step.FULL
    assert engine.used == [True, False]


def test_captions_that_stop_give_the_words_back() -> None:
    watch = Watch()
    watch.captions = True
    watch.wait(20, waiting_s=4.0)
    watch.captions = False
    watch.wait(1, waiting_s=4.0)
    assert watch.effort.step is Step.FINALS


def test_a_step_up_that_did_not_hold_is_tried_later() -> None:
    watch = Watch()
    waits = []
    for _ in range(3):
        watch.wait(3, waiting_s=4.0)
        sunk_s = watch.clock.now_s()
        while watch.effort.level > 1:
            watch.wait(0.25)
        waits.append(watch.clock.now_s() - sunk_s)
    assert waits[0] < waits[1] < waits[2]


def test_the_step_sets_how_much_is_heard_at_once() -> None:
    watch = Watch()
    sizes = [watch.effort.step_s(0.2)]
    for pause_s in (0.25, 2.0):
        watch.wait(pause_s, waiting_s=4.0)
        sizes.append(watch.effort.step_s(0.2))
    assert sizes == [0.2, 1.0, float("inf")]


@settings(deadline=None)
@given(LOADS)
def test_levels_move_one_at_a_time_and_recover(loads: list[tuple[float, float, bool, float]]):
    watch = Watch()
    for waiting_s, ratio, captions, pause_s in loads:
        watch.clock.advance(pause_s)
        watch.captions = captions
        watch.effort.spent("a", ratio * 4, 4.0)
        watch.effort.waiting("a", waiting_s)
    rules = EffortRules()
    watch.wait(rules.window_s + 4 * rules.longest_up_after_s)
    levels = [0, *(e.level for e in watch.events if isinstance(e, Degraded))]
    assert all(abs(a - b) == 1 for a, b in zip(levels, levels[1:], strict=False))
    assert levels[-1] == 0
    moments = [s for s in range(int(watch.clock.now_s()))]
    left = [watch.effort.left_to_captions(float(s)) for s in moments]
    assert not left or not left[-1]
