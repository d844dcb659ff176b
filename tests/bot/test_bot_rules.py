"""When the bot leaves, what a page means, and what is said in the chat."""

from dataclasses import replace

import pytest

from bot.chat import split
from bot.locales.en import ENGLISH
from bot.rules import EndRules
from bot.settings import BotSettings
from bot.verdict import Found, Place, Snapshot, judge
from domain.clock import FakeClock
from domain.links import MeetingLink
from domain.meetings import Reason

SETTINGS = BotSettings(link=MeetingLink("abc-defg-hij"), name="Dragoman")
URL = "https://meet.google.com/abc-defg-hij"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def reason(rules: EndRules, company: int) -> Reason | None:
    ending = rules.check(company)
    return ending.reason if ending else None


def test_alone_for_a_minute(clock: FakeClock) -> None:
    rules = EndRules(SETTINGS, clock)
    assert reason(rules, 2) is None
    clock.advance(10)
    assert reason(rules, 0) is None
    clock.advance(59)
    assert reason(rules, 0) is None
    clock.advance(1)
    assert reason(rules, 0) is Reason.ALONE


def test_company_that_comes_back_resets_the_minute(clock: FakeClock) -> None:
    rules = EndRules(SETTINGS, clock)
    for company in (1, 0):
        rules.check(company)
    clock.advance(50)
    rules.check(1)
    rules.check(0)
    clock.advance(50)
    assert reason(rules, 0) is None


def test_it_waits_longer_for_the_first_person(clock: FakeClock) -> None:
    rules = EndRules(SETTINGS, clock)
    rules.check(0)
    clock.advance(299)
    assert reason(rules, 0) is None
    clock.advance(1)
    assert reason(rules, 0) is Reason.ALONE


def test_whoever_speaks_is_company_listed_or_not(clock: FakeClock) -> None:
    rules = EndRules(SETTINGS, clock)
    rules.check(0)
    for _ in range(10):
        clock.advance(50)
        rules.heard()
        assert reason(rules, 0) is None
    clock.advance(299)
    assert reason(rules, 0) is None
    clock.advance(1)
    assert reason(rules, 0) is Reason.ALONE


def test_silence_counts_from_the_first_speech(clock: FakeClock) -> None:
    rules = EndRules(SETTINGS, clock)
    clock.advance(3000)
    assert reason(rules, 3) is None
    rules.heard()
    clock.advance(599)
    assert reason(rules, 3) is None
    clock.advance(1)
    assert reason(rules, 3) is Reason.SILENCE


def test_the_cap(clock: FakeClock) -> None:
    rules = EndRules(replace(SETTINGS, cap_s=100), clock)
    clock.advance(99)
    assert reason(rules, 3) is None
    clock.advance(1)
    assert reason(rules, 3) is Reason.CAP_REACHED


def page(text: str = "", *found: str, url: str = URL) -> Snapshot:
    return Snapshot(url, text, found={name: Found("label") for name in found})


LOBBY = ("leave", "camera", "microphone", "chat_button")


@pytest.mark.parametrize(
    ("shown", "place", "why"),
    [
        (page("Ready to join?", "name_input", "join"), Place.GREEN_ROOM, None),
        (page("You’ll join the call when someone lets you in", *LOBBY), Place.LOBBY, None),
        (page("Return to home screen", *LOBBY), Place.LOADING, None),
        (page("Waiting for the host to join", *LOBBY), Place.HOST_ABSENT, None),
        (page("you left the meeting", "meeting_details", *LOBBY), Place.IN_CALL, None),
        (page("", "notifications"), Place.IN_CALL, None),
        (page("Gemini is taking notes", "consent", *LOBBY), Place.CONSENT, None),
        (
            page("Someone in the call denied your request to join. You can't join this video call"),
            Place.OVER,
            Reason.DENIED,
        ),
        (
            page("You can’t join this meeting. This meeting is full"),
            Place.OVER,
            Reason.MEETING_FULL,
        ),
        (page("You can't join this video call"), Place.OVER, Reason.BLOCKED),
        (page("You left the meeting"), Place.OVER, Reason.DENIED),
        (page("", url="https://accounts.google.com/x"), Place.OVER, Reason.SIGN_IN_REQUIRED),
        (page("Sign in with your Google account", "join"), Place.GREEN_ROOM, None),
        (page(), Place.LOADING, None),
    ],
)
def test_what_a_page_means(shown: Snapshot, place: Place, why: Reason | None) -> None:
    verdict = judge(shown, ENGLISH)
    assert (verdict.place, verdict.reason) == (place, why)


def test_having_been_in_changes_the_meaning_of_having_left() -> None:
    assert judge(page("You left the meeting"), ENGLISH, been_in=True).reason is Reason.LEFT
    assert judge(page("", "call_ended"), ENGLISH, been_in=True).reason is Reason.HOST_ENDED


def test_an_empty_page_is_no_green_room_for_who_was_in() -> None:
    assert judge(page("", "prejoin"), ENGLISH).place is Place.GREEN_ROOM
    assert judge(page("", "prejoin"), ENGLISH, been_in=True).place is Place.LOADING
    assert judge(page("", "name_input"), ENGLISH, been_in=True).place is Place.GREEN_ROOM


def test_long_lines_are_cut_between_words() -> None:
    pieces = split("word " * 250)
    assert [len(piece) <= 500 for piece in pieces] == [True, True, True]
    assert " ".join(pieces) == ("word " * 250).strip()
    assert [len(piece) for piece in split("x" * 1001)] == [500, 500, 1]
    assert split("  ") == []
