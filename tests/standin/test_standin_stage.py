"""Three lines carry the loudest speakers and change hands."""

from pathlib import Path

import numpy as np
from aiortc.rtp import RtpPacket

from standin.alignment import WordEnd
from standin.script import Line
from standin.stage import TICK_SAMPLES, Stage
from standin.tracks import with_source
from standin.voices import Pcm, Spoken


def tone(level: int, ticks: int) -> Pcm:
    return np.full(TICK_SAMPLES * ticks, level, np.int16)


def spoken(who: str, start_s: float, pcm: Pcm) -> Spoken:
    return Spoken(Line(who, start_s, "x", Path("x")), "en", pcm, (WordEnd("x", 0.1),), True)


def stage(*items: Spoken) -> Stage:
    made = Stage({who: 100 + n for n, who in enumerate("abcde")}, began_monotonic_s=0.0)
    made.schedule(items, 0.0)
    return made


def test_a_speaker_keeps_their_line() -> None:
    room = stage(
        spoken("a", 0.0, tone(900, 2)),
        spoken("b", 0.04, tone(900, 2)),
        spoken("a", 0.08, tone(500, 2)),
    )
    carried = [[line.stream_id for line in room.tick(n).lines] for n in range(6)]
    assert carried[0] == [100, 0, 0]
    assert carried[2][1] == 101
    assert room.tick(4).lines[0].pcm[0] == 500


def test_a_fourth_speaker_takes_the_line_that_fell_silent_first() -> None:
    room = stage(
        spoken("a", 0.0, tone(900, 3)),
        spoken("b", 0.0, tone(900, 20)),
        spoken("c", 0.0, tone(900, 20)),
        spoken("d", 0.2, tone(900, 5)),
    )
    for n in range(11):
        last = room.tick(n)
    assert {line.stream_id for line in last.lines} == {101, 102, 103}


def test_three_loud_speakers_are_not_pushed_off_by_a_quiet_one() -> None:
    room = stage(
        *(spoken(who, 0.0, tone(900, 10)) for who in "abc"),
        spoken("d", 0.04, tone(300, 5)),
        spoken("e", 0.04, tone(3000, 5)),
    )
    for n in range(5):
        last = room.tick(n)
    ids = {line.stream_id for line in last.lines}
    assert 103 not in ids
    assert 104 in ids
    assert last.speaking == frozenset("abcde")
    assert last.mix[0] == 3 * 900 + 300 + 3000


def test_a_tick_is_computed_once() -> None:
    room = stage(spoken("a", 0.0, tone(900, 3)))
    assert room.tick(1) is room.tick(1)
    assert room.samples_sent == {"a": TICK_SAMPLES}


def test_packets_name_their_source() -> None:
    packet = RtpPacket(payload_type=96, sequence_number=7, timestamp=9, payload=b"sound")
    packet.ssrc = 5
    marked = RtpPacket.parse(with_source(packet.serialize(), 66_001))
    assert marked.csrc == [66_001]
    assert (marked.ssrc, marked.sequence_number, marked.payload) == (5, 7, b"sound")


def test_lines_fall_silent_and_the_mix_goes_on() -> None:
    room = stage(spoken("a", 0.0, tone(900, 4)))
    assert room.tick(0).lines[0].pcm.any()
    room.lines_silent = True
    moved = room.tick(1)
    assert not any(line.pcm.any() for line in moved.lines)
    assert moved.lines[0].stream_id == 100
    assert moved.mix[0] == 900
