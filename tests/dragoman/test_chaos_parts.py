"""The comparison of the chaos command can fail, in each of its ways."""

from itertools import pairwise

from benchmarks.said import SETTLE_S, fate, script, sentence
from domain.audio import Gap
from domain.transcripts import Segment
from standin.journal import SpokenLine


def line(number: int, start_s: float) -> SpokenLine:
    return SpokenLine("a", "d", "Ann", "en", sentence(number), start_s, start_s + 3, (), True)


def segment(text: str, start_s: float) -> Segment:
    return Segment(f"s{start_s}", "m", "a", "Ann", "en", start_s, start_s + 3, text, 1.0, "e")


LINES = [line(number, 1000.0 + 4 * number) for number in range(5)]


def stored(numbers: list[int]) -> list[Segment]:
    return [segment(sentence(number).upper(), 4.0 * number) for number in numbers]


def test_whole_transcripts_are_good_however_they_are_cut() -> None:
    assert fate(LINES, 1000.0, stored([0, 1, 2, 3, 4]), []).lost == ()
    words = sentence(0).split()
    cut = [segment(" ".join(words[:3]), 0.0), segment(" ".join(words[3:]), 1.0)]
    assert fate(LINES[:1], 1000.0, cut, []).lost == ()


def test_what_is_missing_is_lost_unless_it_lies_in_a_gap() -> None:
    missing = stored([0, 1, 3, 4])
    assert fate(LINES, 1000.0, missing, []).lost == (sentence(2),)
    gap = Gap("mix", 7.0, 9.0, 0, "the page crashed")
    found = fate(LINES, 1000.0, missing, [gap])
    assert (found.lost, found.outside) == ((), 3)
    assert SETTLE_S == 5.0
    half = [*missing, segment("Line alpha alpha charlie is", 8.0)]
    assert fate(LINES, 1000.0, half, []).lost == (sentence(2),)


def test_what_is_there_twice_is_doubled_also_in_a_gap() -> None:
    twice = stored([0, 1, 1, 2, 3, 4])
    gap = Gap("mix", 3.0, 9.0, 0, "the page crashed")
    assert fate(LINES, 1000.0, twice, [gap]).doubled == (sentence(1),)


def test_no_two_lines_begin_alike() -> None:
    said = [" ".join(sentence(number).split()[:4]) for number in range(4000)]
    assert len(set(said)) == len(said)
    starts = [spoken.start_s for spoken in script(3).lines]
    assert all(later - sooner == 4.0 for sooner, later in pairwise(starts))
