"""Filters of the templates, and what they make of foreign text."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.serving import Hit
from web.pages.search import quote
from web.pages.transcript import attachment
from web.scripted_data import meetings, segments
from web.templating import asset, clock, count, day, environment, harmless, iso, span

TURNS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@given(st.text())
def test_harmless_text_has_no_controls(text: str) -> None:
    left = harmless(text)
    assert not set(left) & (set(TURNS) | {chr(n) for n in range(32) if n not in (9, 10)})
    assert left == harmless(left) or "\x1b" in text


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [("a\x1b[31mb\x1b]0;t\x07c", "abc"), ("x\u202ey", "xy"), ("नमस्\u200dते", "नमस्\u200dते"),
     ("two\nlines", "two\nlines"), ("\ud800", "")],
)  # fmt: skip
def test_what_becomes_of_it(given_text: str, shown: str) -> None:
    assert harmless(given_text) == shown


def test_templates_escape_and_clean_by_themselves() -> None:
    made = environment().from_string("<p title='{{ a }}'>{{ a }}</p>").render(a="<b>'\u202e\x1b[0m")
    assert made == "<p title='&lt;b&gt;&#39;'>&lt;b&gt;&#39;</p>"


def test_times_lengths_and_numbers() -> None:
    at = datetime(2026, 3, 4, 9, 5, tzinfo=timezone(timedelta(hours=2)))
    assert (iso(at), day(at)) == ("2026-03-04T07:05:00Z", "Wed 4 March")
    assert [clock(n) for n in (0, 65.9, 3725)] == ["00:00", "01:05", "1:02:05"]
    assert [span(n) for n in (0.4, 59, 60, 3599, 3600, 3900)] == [
        "0 s", "59 s", "1 min", "1 h", "1 h", "1 h 5 min",
    ]  # fmt: skip
    assert [count(1, "place"), count(2, "place"), count(1200, "match", "matches")] == [
        "1 place", "2 places", "1,200 matches",
    ]  # fmt: skip


def test_addresses_of_files_change_with_them() -> None:
    assert asset("app/app.css").startswith("/static/app/app.css?v=")


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70))))
def test_quotes_keep_every_character_whatever_the_marks(
    text: str, marks: list[tuple[int, int]]
) -> None:
    hit = Hit(meetings()[2].meeting, segments("m")[0], text, tuple(marks), "en")
    made = quote(hit).replace("<mark>", "").replace("</mark>", "").unescape()
    if "\x1b" not in text:
        assert made == harmless(text)


def test_names_of_files_cannot_leave_their_header() -> None:
    assert attachment('a"\r\nX: é/..\\.txt')["Content-Disposition"] == (
        "attachment; filename=\"a---X- --..-.txt\"; filename*=UTF-8''"
        + "".join(f"%{byte:02X}" for byte in "a---X- é-..-.txt".encode())
    )
