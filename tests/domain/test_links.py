"""Links in every form that people paste."""

import pytest

from domain.errors import UsageError
from domain.links import parse_link

CODE = "abc-defg-hij"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://meet.google.com/abc-defg-hij",
        "http://meet.google.com/abc-defg-hij/",
        "meet.google.com/abc-defg-hij?authuser=1&hs=179",
        "abc-defg-hij",
        "ABC-DEFG-HIJ",
        "abcdefghij",
        "  <https://meet.google.com/abc-defg-hij>  ",
        "Join: https://meet.google.com/abc-defg-hij. Or dial +1 555 0100 PIN: 123 456#",
        "https://meet.google.com/_meet/abc-defg-hij",
        "Let us meet at abc-defg-hij please",
    ],
)
def test_a_meeting_is_found_in_what_people_paste(pasted: str) -> None:
    link = parse_link(pasted)
    assert link.code == CODE
    assert link.url == "https://meet.google.com/abc-defg-hij?hl=en"


def test_named_meetings_are_found() -> None:
    assert parse_link("https://meet.google.com/lookup/team-sync").code == "lookup/team-sync"


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("https://zoom.us/j/123456789", "not a Google Meet link"),
        ("https://example.org/abc-defg-hij", "not a Google Meet link"),
        ("https://meet.google.com.example.org/abc-defg-hij", "not a Google Meet link"),
        ("https://meet.google.com/", "not a Google Meet link"),
        ("hello everybody", "no meeting code"),
        ("", "no meeting code"),
    ],
)
def test_anything_else_is_refused_with_advice(pasted: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        parse_link(pasted)
    assert "abc-defg-hij" in caught.value.remedy


def test_another_site_is_addressed_by_its_base_url() -> None:
    site = "http://127.0.0.1:8123"
    for pasted in (f"{site}/{CODE}", CODE, f"{site}/{CODE}?hl=en"):
        assert parse_link(pasted, site).short == f"{site}/{CODE}"
