"""What was not heard stands in the exports in plain words."""

from domain.audio import Gap
from storage.export.prose import NAMED_GAPS, lost_words


def gap(start_s: float, end_s: float, reason: str = "the page crashed") -> Gap:
    return Gap("mix", start_s, end_s, 0, reason)


def test_a_gap_is_told_with_its_time_and_reason() -> None:
    assert lost_words([gap(52, 60.5)]) == (
        "Sound lost: 8.5 s in 1 place (00:00:52 to 00:01:00, the page crashed)"
    )


def test_gaps_that_overlap_are_not_added_up_twice() -> None:
    assert lost_words([gap(10, 20), gap(12, 15), gap(18, 24)]).startswith("Sound lost: 14.0 s in 3")


def test_of_many_the_longest_are_told_in_order_and_hostile_reasons_are_cleaned() -> None:
    gaps = [gap(100 * n, 100 * n + n, f"no_sound\u202e{n}") for n in range(1, NAMED_GAPS + 3)]
    told = lost_words(gaps)
    assert told.startswith("Sound lost: 28.0 s in 7 places (")
    assert "00:01:40" not in told
    assert told.endswith("; …)")
    assert "\u202e" not in told
    assert "no sound" in told
    assert told.index("00:05:00 to 00:05:03") < told.index("00:11:40 to 00:11:47")
