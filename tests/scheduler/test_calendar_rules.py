"""Rules: the first that fits decides; people come first; what cannot be joined is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import CalendarEvent, CalendarRecord, Decision, KnownEvent, Rule, Said
from scheduler.guests import guest, spoken_names
from scheduler.patterns import fits
from scheduler.rules import judge

NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
TEAM = CalendarRecord("c1", "ics", "Team", {})
EVENT = CalendarEvent(
    "c1", "e", "", "Weekly plan", NOW, NOW + timedelta(hours=1),
    link="https://meet.google.com/abc-defg-hij",
    organiser="Ana Ruiz <ana@example.org>",
    attendees=("Ben <ben@partner.example>", "bot@example.org"),
)  # fmt: skip
JOIN, SKIP, UNDECIDED = Decision.JOIN, Decision.SKIP, Decision.UNDECIDED


def decide(*rules: Rule, event: CalendarEvent = EVENT, **options: str) -> tuple[Decision, str]:
    said = options.pop("said", "")
    word = Said(event.key, Decision(said), "Ana", NOW) if said else None
    calendar = replace(TEAM, options=options)
    verdict = judge(KnownEvent(event, NOW, word), rules, calendar)
    return verdict.decision, verdict.why


def test_the_first_rule_that_fits_decides() -> None:
    skip, join = Rule("no plans", SKIP, title="*plan*"), Rule("all", JOIN)
    assert decide(skip, join) == (SKIP, "rule no plans")
    assert decide(join, skip) == (JOIN, "rule all")
    assert decide(Rule("other", JOIN, title="lunch"), skip) == (SKIP, "rule no plans")
    assert decide(Rule("ask", UNDECIDED), join)[0] is UNDECIDED


@pytest.mark.parametrize(
    "rule",
    [
        Rule("r", JOIN, calendar="team"),
        Rule("r", JOIN, calendar="c1"),
        Rule("r", JOIN, organiser="*@example.org"),
        Rule("r", JOIN, organiser="ana ruiz"),
        Rule("r", JOIN, attendee="*@partner.example"),
        Rule("r", JOIN, attendee="BEN"),
        Rule("r", JOIN, title="weekly ????", attendee="bot@*", organiser="ana*"),
    ],
)
def test_what_rules_look_at(rule: Rule) -> None:
    assert decide(rule)[0] is JOIN


@pytest.mark.parametrize(
    "rule",
    [
        Rule("r", JOIN, calendar="tea"),
        Rule("r", JOIN, organiser="*@partner.example"),
        Rule("r", JOIN, attendee="nobody"),
        Rule("r", JOIN, title="weekly plan", attendee="nobody"),
    ],
)
def test_every_pattern_of_a_rule_must_fit(rule: Rule) -> None:
    assert decide(rule)[0] is UNDECIDED


def test_without_rules_the_invitation_and_the_calendar_decide() -> None:
    invited = replace(EVENT, invites_bot=True)
    assert decide(event=invited, join="invited") == (JOIN, "the bot is invited")
    assert decide(join="invited")[0] is SKIP
    assert decide(join="all")[0] is JOIN
    assert decide()[0] is UNDECIDED


def test_a_persons_word_stands_above_the_rules_and_a_decline() -> None:
    assert decide(Rule("all", JOIN), said="skip") == (SKIP, "skipped by Ana")
    declined = replace(EVENT, declined=True)
    assert decide(Rule("all", JOIN), event=declined)[0] is SKIP
    assert decide(event=declined, said="join") == (JOIN, "approved by Ana")


@pytest.mark.parametrize("wrong", [{"cancelled": True}, {"link": ""}, {"all_day": True}])
def test_what_cannot_be_joined_is_not(wrong: dict[str, object]) -> None:
    event = replace(EVENT, **wrong)  # type: ignore[arg-type]
    assert decide(Rule("all", JOIN), event=event, said="join")[0] is SKIP


@given(st.text("ab*?", max_size=8), st.text("abAB", max_size=8))
def test_patterns_are_as_simple_as_they_look(pattern: str, text: str) -> None:
    def slow(p: str, t: str) -> bool:
        if not p:
            return not t
        if p[0] == "*":
            return slow(p[1:], t) or (bool(t) and slow(p, t[1:]))
        return bool(t) and p[0] in ("?", t[0]) and slow(p[1:], t[1:])

    assert fits(pattern, text) == (not pattern or slow(pattern.lower(), text.lower()))


def test_patterns_take_no_long_time_and_no_other_signs() -> None:
    assert not fits("*a" * 100 + "b", "a" * 5000)
    assert fits("[ab]*", "[AB] plan")
    assert not fits("[ab]", "a")


def test_names_that_may_be_heard() -> None:
    people = ["Ana Ruiz <ana@x.org>", "ben.kim@x.org", "info@x.org", "r2.d2@x.org", "Mei", ""]
    assert spoken_names([*people, "Bot <BOT@x.org>", "Ana Ruiz <ana@x.org>"], ["bot@x.org"]) == (
        "Ana Ruiz", "Ben Kim", "Mei",
    )  # fmt: skip


def test_people_are_written_as_one_text() -> None:
    assert guest("Ana <b>", "mailto:ANA@x.org") == "Ana b <ana@x.org>"
    assert guest("ana@x.org", "ana@x.org") == "ana@x.org"
    assert guest("Ana", "urn:uuid:1") == "Ana"
