"""Words given to speakers one by one, and turns of voices as they are told and changed."""

from hypothesis import given
from hypothesis import strategies as st

from domain.speakers import Turn
from pipeline.turns import Turns, merged, overlap
from pipeline.word_speakers import Scores, Speaker, along

ANA, BEN = Speaker("p1"), Speaker("p2")
rows = st.lists(
    st.dictionaries(st.sampled_from([ANA, BEN, Speaker("p3")]), st.integers(0, 8), min_size=1),
    min_size=1,
    max_size=12,
)


def test_one_odd_word_changes_nobody() -> None:
    scores: list[Scores] = [{ANA: 1.0}, {ANA: 1.0}, {BEN: 0.6, ANA: 0.3}, {ANA: 1.0}]
    assert along(scores, [0.0, 0.8, 0.8, 0.8]) == [ANA] * 4


def test_a_run_of_words_changes_the_speaker() -> None:
    scores: list[Scores] = [{ANA: 1.0}] * 3 + [{BEN: 1.0}] * 3
    assert along(scores, [0.0, *[0.8] * 5]) == [ANA] * 3 + [BEN] * 3


@given(rows)
def test_without_a_cost_each_word_has_its_best(scores: list[Scores]) -> None:
    line = along(scores, [0.0] * len(scores))
    for row, who in zip(scores, line, strict=True):
        assert row.get(who, 0.0) == max(row.values())


@given(rows)
def test_at_a_great_cost_nobody_changes(scores: list[Scores]) -> None:
    assert len(set(along(scores, [1000.0] * len(scores)))) == 1


def test_a_turn_replaces_those_of_its_label_that_it_overlaps() -> None:
    heard = Turns()
    heard.take([Turn("a", 0.0, 2.0), Turn("b", 1.0, 3.0)])
    heard.take([Turn("a", 1.0, 4.0)])
    assert heard.spans() == {"a": [(1.0, 4.0)], "b": [(1.0, 3.0)]}
    assert heard.frontier_s == 4.0
    heard.take([Turn("b", 1.0, 1.0)])
    assert heard.labels() == ["a", "b"]


def test_who_speaks_in_between_does_not_take_the_floor() -> None:
    heard = Turns()
    heard.take([Turn("a", 0.0, 6.0), Turn("b", 2.0, 3.0), Turn("b", 5.5, 9.0)])
    change = heard.change(0.0, 9.0)
    assert change
    assert (change.at_s, change.before, change.after) == (6.0, "a", "b")
    assert heard.change(0.0, 5.0) is None


def test_a_word_across_a_border_belongs_to_the_greater_part() -> None:
    heard = Turns()
    heard.take([Turn("a", 0.0, 2.0), Turn("b", 2.0, 4.0)])
    assert heard.at(1.5, 2.2) == "a"
    assert heard.at(1.9, 2.6) == "b"
    assert heard.at(4.2, 4.4) == "b"
    assert heard.at(9.0, 9.4) == ""


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.01, 9)), max_size=12))
def test_merged_spans_are_apart_and_cover_the_same(pairs: list[tuple[float, float]]) -> None:
    spans = [(start, start + length) for start, length in pairs]
    line = merged(spans)
    assert all(one[1] < two[0] for one, two in zip(line, line[1:], strict=False))
    for start, end in spans:
        assert abs(overlap(line, start, end) - (end - start)) < 1e-6
