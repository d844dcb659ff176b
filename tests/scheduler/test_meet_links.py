"""Meet links are found wherever they hide, and look-alikes are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.meet_links import find_link

MEET = "https://meet.google.com/abc-defg-hij"


@pytest.mark.parametrize(
    "text",
    [
        MEET,
        "http://meet.google.com/abc-defg-hij",
        "HTTPS://MEET.GOOGLE.COM/ABC-DEFG-HIJ",
        f"{MEET}?authuser=1&pli=1",
        f"{MEET}?hl=en#top",
        "https://meet.google.com/_meet/abc-defg-hij",
        "https://meet.google.com:443/abc-defg-hij",
        "meet.google.com/abc-defg-hij",
        f"Join: <{MEET}>.",
        f"({MEET})",
        f"**{MEET}**",
        f"Video: {MEET}\nOr dial +1 234",
        f'<p>Hello <a href="{MEET}?x=1&amp;y=2">join</a></p>',
        "<a href=&quot;https://meet.google.com/abc-defg-hij&quot;>join</a>",
        "https://www.google.com/url?q=https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij&sa=D",
        "https://eur01.safelinks.protection.outlook.com/?url="
        "https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij&data=1",
        f"https://example.org/agenda then {MEET}",
    ],
)
def test_every_form_is_found(text: str) -> None:
    assert find_link([text]) == MEET


def test_a_named_meeting_is_found() -> None:
    link = "https://meet.google.com/lookup/team-room_1"
    assert find_link([link]) == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://meet.google.com.evil.example/abc-defg-hij",
        "https://evil-meet.google.com/abc-defg-hij",
        "https://evilmeet.google.com/abc-defg-hij",
        "evilmeet.google.com/abc-defg-hij",
        "https://meet.google.com@evil.example/abc-defg-hij",
        "https://ana:pw@meet.google.com/abc-defg-hij",
        "https://meet.google.com:8443/abc-defg-hij",
        "https://evil.example/meet.google.com/abc-defg-hij",
        "https://evil.example/?next=https://meet.google.com/abc-defg-hij",
        "https://evil.example/#meet.google.com/abc-defg-hij",
        "https://mеet.google.com/abc-defg-hij",  # noqa: RUF001  a Cyrillic letter
        "https://meet.g00gle.com/abc-defg-hij",
        "ftp://meet.google.com/abc-defg-hij",
        "meet.google.com.evil.example/abc-defg-hij",
        "https://meet.google.com\\@evil.example/abc-defg-hij",
        "https://meet.google.com/",
        "https://meet.google.com/new",
        "the-best-one",
        "https://www.google.com/url?q=https://meet.google.com.evil.example/abc-defg-hij",
        "https://[::1/abc-defg-hij",
    ],
)
def test_what_does_not_lead_to_meet_is_not_taken(text: str) -> None:
    assert find_link([text]) == ""


def test_fields_are_looked_at_in_order() -> None:
    other = "https://meet.google.com/zzz-zzzz-zzz"
    assert find_link(["nothing", MEET, other]) == MEET


def test_another_site_that_acts_like_meet_counts_where_it_is_set() -> None:
    site = "http://127.0.0.1:9000"
    assert find_link([f"{site}/abc-defg-hij"], site) == f"{site}/abc-defg-hij"
    assert find_link([MEET], site) == f"{site}/abc-defg-hij"
    assert find_link([f"{site}/abc-defg-hij"]) == ""


@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    assert find_link([text, f"https://{text}", f"https://meet.google.com{text}"]) is not None


def test_long_texts_take_no_long_time() -> None:
    assert find_link(["https://meet.google.com/" * 40_000, "&amp;" * 100_000]) == ""
