"""Which failures deserve another try."""

import pytest

from domain.meetings import ENDED_REASONS, EXIT_CODES, Reason
from domain.recovery import LOST_PAGE
from domain.retries import KNOCK_PAUSES_S, NEVER, RULES, Again, knock_pause_s


def test_every_failure_has_a_rule() -> None:
    faults = {Reason.INTERNAL_ERROR, Reason.INTERRUPTED}
    failures = set(EXIT_CODES) - ENDED_REASONS - faults
    assert failures <= set(RULES)


@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.BLOCKED, Reason.WRONG_CODE])
def test_nobody_knocks_again_after_a_no(reason: Reason) -> None:
    assert reason in NEVER
    assert knock_pause_s(reason, 1) is None


def test_a_broken_page_is_for_a_fresh_browser_only() -> None:
    assert {r for r, again in RULES.items() if again is Again.FRESH_BROWSER} == LOST_PAGE
    assert knock_pause_s(Reason.PAGE_GONE, 1) is None


def test_three_knocks_with_growing_pauses() -> None:
    pauses = [knock_pause_s(Reason.NO_ANSWER, tries) for tries in (1, 2, 3)]
    assert pauses == [*KNOCK_PAUSES_S, None]
    assert sorted(KNOCK_PAUSES_S) == list(KNOCK_PAUSES_S)
