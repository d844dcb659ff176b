"""Voices and participants matched: one to one, sure or silent, whatever people are called."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.speakers import Turn
from pipeline.assignment import assign
from pipeline.correlate import Correlator, Facts, Named
from pipeline.evidence import LAGS_S, Kind, Ours, Said, best_lag_s, once
from pipeline.turns import Turns

PEOPLE = ["p1", "p2", "p3"]
LABELS = ["a", "b", "c"]
LAGS = {Kind.CAPTION: 1.0, Kind.TILE: 0.25}

tables = st.dictionaries(
    st.sampled_from([*LABELS, "d"]),
    st.dictionaries(st.sampled_from([*PEOPLE, "p4"]), st.floats(0, 50), max_size=4),
    min_size=1,
    max_size=4,
)
talks = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0.6, 6.0), st.floats(0.1, 1.5)), min_size=3, max_size=14
)
Talk = list[tuple[int, float, float]]


def talk(turns: Talk, lag_s: float, people: list[str]) -> tuple[Turns, list[Said]]:
    """Speaker by speaker with pauses, and the captions of it."""
    heard, said, at_s = Turns(), [], 0.0
    for who, length_s, pause_s in turns:
        heard.take([Turn(LABELS[who], at_s, at_s + length_s)])
        end_s = at_s + length_s + lag_s
        said.append(Said(people[who], at_s + lag_s, end_s, Kind.CAPTION))
        at_s += length_s + pause_s
    return heard, said


def named(heard: Turns, said: list[Said], lag_s: float = 1.0) -> dict[str, str]:
    correlator = Correlator()
    correlator.update(
        Facts(heard, said, [], {**LAGS, Kind.CAPTION: lag_s}, heard.frontier_s, lambda _: "")
    )
    found = {label: correlator.of(label) for label in heard.labels()}
    return {label: name.participant_id for label, name in found.items() if name}


@given(tables)
def test_nobody_has_two_voices_and_no_voice_two_people(table: dict[str, dict[str, float]]) -> None:
    matches = assign(table, 1.0)
    people = [match.participant_id for match in matches.values()]
    assert len(people) == len(set(people))
    for label, match in matches.items():
        assert match.score == table[label].get(match.participant_id, 0.0) >= 1.0
        assert match.margin >= -1e-6


@given(talks, st.permutations(PEOPLE))
def test_ids_and_their_order_change_nothing(turns: Talk, other: list[str]) -> None:
    renamed = dict(zip(PEOPLE, other, strict=True))
    one, two = named(*talk(turns, 1.0, PEOPLE)), named(*talk(turns, 1.0, other))
    assert {label: renamed[name] for label, name in one.items()} == two


@given(talks)
def test_a_voice_without_evidence_gets_no_name(turns: Talk) -> None:
    heard, said = talk(turns, 1.0, PEOPLE)
    end_s = heard.frontier_s
    heard.take([Turn("stranger", end_s + 5.0, end_s + 15.0)])
    assert "stranger" not in named(heard, said)
    assert named(heard, []) == {}


@given(talks, st.sampled_from(LAGS_S))
def test_the_lag_does_not_matter_once_it_is_known(turns: Talk, lag_s: float) -> None:
    assert named(*talk(turns, 1.0, PEOPLE)) == named(*talk(turns, lag_s, PEOPLE), lag_s)


@given(talks)
def test_hints_that_come_twice_change_nothing(turns: Talk) -> None:
    heard, said = talk(turns, 1.0, PEOPLE)
    assert named(heard, [*said, *said]) == named(heard, said)
    assert once([*said, *said]) == once(said)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 28), st.randoms(use_true_random=False))
def test_the_lag_is_found_on_the_grid(tenths: int, chance) -> None:
    turns = [(n % 3, chance.uniform(1.0, 4.0), chance.uniform(0.2, 1.0)) for n in range(12)]
    heard, said = talk(turns, tenths / 10, PEOPLE)
    found_s = best_lag_s(heard.spans(), said)
    assert found_s is not None
    assert abs(found_s - tenths / 10) <= 0.15


def test_one_person_alone_tells_no_lag() -> None:
    heard, said = talk([(0, 60.0, 0.0)], 1.0, PEOPLE)
    said = [Said("p1", 10.0, 40.0, Kind.CAPTION)]
    assert best_lag_s(heard.spans(), said) is None


def facts(heard: Turns, said: list[Said], ours: list[Ours] | None = None) -> Facts:
    ids = {"Ana": "p1"}
    return Facts(heard, said, ours or [], LAGS, heard.frontier_s, lambda name: ids.get(name, ""))


def test_a_name_holds_against_a_little_evidence_and_yields_to_much() -> None:
    correlator, heard = Correlator(), Turns()
    heard.take([Turn("a", 0.0, 6.0)])
    first = [Said("p1", 1.0, 7.0, Kind.CAPTION)]
    correlator.update(facts(heard, first))
    heard.take([Turn("a", 6.0, 13.0)])
    correlator.update(facts(heard, [*first, Said("p2", 7.2, 14.0, Kind.CAPTION)]))
    kept = correlator.of("a")
    assert kept
    assert kept.participant_id == "p1"
    assert kept.doubt > 0.4
    heard.take([Turn("a", 13.0, 40.0)])
    correlator.update(facts(heard, [*first, Said("p2", 7.2, 41.0, Kind.CAPTION)]))
    changed = correlator.of("a")
    assert changed
    assert changed.participant_id == "p2"


def test_a_name_outlasts_silence() -> None:
    correlator, heard = Correlator(), Turns()
    heard.take([Turn("a", 0.0, 6.0)])
    correlator.update(facts(heard, [Said("p1", 1.0, 7.0, Kind.CAPTION)]))
    correlator.update(facts(heard, []))
    assert correlator.of("a") is not None


def test_the_same_words_count_more_than_the_same_time() -> None:
    heard = Turns()
    heard.take([Turn("a", 0.0, 4.0), Turn("b", 0.0, 4.0)])
    said = [
        Said("p1", 1.0, 5.0, Kind.CAPTION, ("good", "morning"), "en"),
        Said("p2", 1.1, 4.9, Kind.CAPTION, ("thank", "you"), "en"),
    ]
    ours = [
        Ours(1.0, "b", "good", "en"),
        Ours(2.0, "b", "morning", "en"),
        Ours(1.5, "a", "thank", "en"),
        Ours(2.5, "a", "you", "en"),
    ]
    correlator = Correlator()
    correlator.update(facts(heard, said, ours))
    names = [correlator.of("a"), correlator.of("b")]
    assert [name.participant_id for name in names if name] == ["p2", "p1"]
    other = [Ours(word.at_s, word.label, word.text, "de") for word in ours]
    silent = Correlator()
    silent.update(facts(heard, said, other))
    assert silent.of("a") is None


def test_an_enrolled_voice_brings_its_name() -> None:
    correlator, heard = Correlator(), Turns()
    heard.take([Turn("a", 0.0, 3.0, 0.9, "Ana"), Turn("b", 4.0, 8.0, 0.8, "Zoe")])
    correlator.update(facts(heard, []))
    ana, zoe = correlator.of("a"), correlator.of("b")
    assert ana
    assert (ana.participant_id, ana.enrolled) == ("p1", "Ana")
    assert zoe == Named("", 0.2, "Zoe")


def test_a_second_voice_of_one_participant_is_shared() -> None:
    correlator, heard = Correlator(), Turns()
    heard.take([Turn("a", 0.0, 8.0), Turn("b", 9.0, 16.0)])
    said = [Said("p1", 1.0, 17.0, Kind.CAPTION)]
    correlator.update(facts(heard, said))
    both = [correlator.of("a"), correlator.of("b")]
    assert [name.participant_id for name in both if name] == ["p1", "p1"]
    assert sum(name.shared for name in both if name) == 1
