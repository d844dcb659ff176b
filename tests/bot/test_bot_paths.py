"""Which path is taken, when it is left, and when it is taken again."""

from bot.paths import ALARM_S, FLOOR_RMS, HOLD_S, LAG_S, MIXED, RECEIVERS, SINK, Paths, Switch

LOUD = 0.1


class Meeting:
    """Plays seconds in tenths: which paths sound, and whether Meet shows speech."""

    def __init__(self) -> None:
        self.paths = Paths()
        self.now_s = 0.0
        self.switches: list[Switch] = []
        self.alarms: list[float] = []

    def go(self, seconds: float, *sounding: str, spoken: bool = False) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s = round(self.now_s + 0.1, 3)
            for path in (RECEIVERS, MIXED, SINK):
                rms = LOUD if path in sounding else FLOOR_RMS / 2
                self.paths.heard(path, self.now_s, rms)
            if spoken and round(self.now_s * 10) % 4 == 0:
                self.paths.spoken(self.now_s)
            before = self.paths.alarm_s
            switch = self.paths.look(self.now_s)
            if switch is not None:
                self.switches.append(switch)
            if before is not None and self.now_s - 0.05 > before:
                self.alarms.append(self.now_s)

    @property
    def taken(self) -> list[str]:
        return [switch.path for switch in self.switches]


def test_receivers_come_first() -> None:
    meeting = Meeting()
    meeting.go(1, RECEIVERS, SINK)
    assert meeting.taken == [RECEIVERS]


def test_a_chime_of_the_page_is_no_meeting() -> None:
    meeting = Meeting()
    meeting.go(1.5, SINK)
    meeting.go(10)
    assert meeting.taken == []
    meeting.go(4, SINK)
    assert meeting.taken == [SINK]


def test_a_better_path_that_never_failed_takes_over_at_once() -> None:
    meeting = Meeting()
    meeting.go(3, MIXED)
    meeting.go(0.2, MIXED, RECEIVERS)
    assert meeting.taken == [MIXED, RECEIVERS]


def test_speech_that_does_not_arrive_switches_within_the_named_time() -> None:
    meeting = Meeting()
    meeting.go(10, RECEIVERS, spoken=True)
    silent_s = meeting.now_s
    meeting.go(ALARM_S, SINK, spoken=True)
    assert meeting.taken == [RECEIVERS, SINK]
    switch = meeting.switches[-1]
    assert switch.since_s <= silent_s + 0.5
    assert meeting.paths.switched_s <= silent_s + ALARM_S
    assert meeting.paths.alarm_s is None


def test_the_mix_goes_before_the_sink() -> None:
    meeting = Meeting()
    meeting.go(5, RECEIVERS, spoken=True)
    meeting.go(ALARM_S, MIXED, SINK, spoken=True)
    assert meeting.taken == [RECEIVERS, MIXED]


def test_captions_that_are_rewritten_after_the_last_word_are_no_alarm() -> None:
    meeting = Meeting()
    meeting.go(5, RECEIVERS, spoken=True)
    meeting.go(LAG_S - 0.5, spoken=True)
    meeting.go(30)
    meeting.go(0.4, spoken=True)
    meeting.go(30)
    assert meeting.taken == [RECEIVERS]
    assert meeting.alarms == []


def test_where_nothing_sounds_the_alarm_stands_until_something_does() -> None:
    meeting = Meeting()
    meeting.go(5, RECEIVERS, spoken=True)
    meeting.go(20, spoken=True)
    assert meeting.taken == [RECEIVERS]
    assert meeting.paths.alarm_s is not None
    meeting.go(1, RECEIVERS)
    assert meeting.paths.alarm_s is None


def test_silence_before_anything_was_heard_is_an_alarm_too() -> None:
    meeting = Meeting()
    meeting.go(ALARM_S, spoken=True)
    assert meeting.paths.alarm_s is not None


def test_it_goes_back_after_a_while_and_later_each_time() -> None:
    meeting = Meeting()
    meeting.go(5, RECEIVERS, SINK, spoken=True)
    meeting.go(ALARM_S, SINK, spoken=True)
    for factor in (1, 2, 4):
        began_s = meeting.paths.switched_s
        meeting.go(5 * HOLD_S, RECEIVERS, SINK, spoken=True)
        back = meeting.switches[-1]
        assert back.path == RECEIVERS
        assert meeting.paths.switched_s - began_s >= factor * HOLD_S
        meeting.go(ALARM_S, SINK, spoken=True)
        assert meeting.taken[-1] == SINK


def test_a_path_that_crackles_now_and_then_is_not_taken_again() -> None:
    meeting = Meeting()
    meeting.go(5, RECEIVERS, SINK, spoken=True)
    meeting.go(ALARM_S, SINK, spoken=True)
    for _ in range(60):
        meeting.go(0.3, RECEIVERS, SINK, spoken=True)
        meeting.go(4, SINK, spoken=True)
    assert meeting.taken == [RECEIVERS, SINK]
