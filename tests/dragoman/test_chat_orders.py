"""Which messages are commands, who may give them, and how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people import Participant
from dragoman.chat.limits import MOST_SENDERS, Limits
from dragoman.chat.orders import Order, languages_of, parse
from dragoman.chat.phrases import LIMIT, PHRASES, say, shorten
from dragoman.chat.rights import may
from dragoman.groups.chat import ChatGroup

ANNA, BEN = Participant("1", "Anna", host=True), Participant("2", "Ben")


@pytest.mark.parametrize("text", ["/leave", "leave", "Leave", " please leave. ", "LEAVE!"])
def test_it_is_sent_away(text: str) -> None:
    assert parse(text) == Order("leave")


@pytest.mark.parametrize(
    "text",
    ["", "I leave at five", "leave it", "/etc/passwd is a file", "/", "/ help", "don't leave",
     "write /help", "//help", "/" + "x" * 21, "/h\u200belp"],
)  # fmt: skip
def test_it_does_not_overhear(text: str) -> None:
    assert parse(text) is None


def test_commands_have_a_word_and_an_argument() -> None:
    assert parse("/Lang  es,fr ") == Order("lang", "es,fr")
    assert parse("/pause") == Order("pause")
    strange = parse("/shrug")
    assert strange is not None
    assert not strange.known
    assert languages_of("es fr") == languages_of("Spanish, fr") == ("es", "fr")


@given(st.text(max_size=600))
def test_nothing_that_is_written_harms(text: str) -> None:
    order = parse(text)
    assert order is None or len(str(order)) <= 110


@pytest.mark.parametrize("phrase", sorted(PHRASES))
def test_answers_are_short_no_commands_and_complete(phrase: str) -> None:
    values = dict.fromkeys(("into", "pairs", "what", "present", "spoke"), "/leave " * 60)
    for language in PHRASES["help"]:
        for filled in (say(phrase, [language], **values), say(phrase, [language, "fr"], **values)):
            assert parse(shorten(filled)) is None
            assert len(shorten(filled)) <= LIMIT
        assert language in PHRASES[phrase]


@pytest.mark.parametrize(
    ("whom", "sender", "allowed"),
    [("everyone", "Ben", True), ("off", "Anna", False), ("host", "Anna", True),
     ("host", "Ben", False), ("host", "ANNA", True), ("host", "Nobody", False)],
)  # fmt: skip
def test_who_may(whom: str, sender: str, allowed: bool) -> None:
    settings = ChatGroup.model_validate({"commands": whom})
    assert may(settings, "pause", sender, [ANNA, BEN]) is allowed
    assert may(settings, "leave", sender, [ANNA, BEN])


def test_a_name_that_two_have_is_no_proof() -> None:
    settings = ChatGroup(commands="host")
    assert not may(settings, "pause", "Anna", [ANNA, Participant("3", "anna")])


def test_each_and_all_have_their_limit() -> None:
    limits = Limits(each=2, together=3)
    assert [limits.allow("a", s) for s in (0.0, 1.0, 2.0)] == [True, True, False]
    assert [limits.allow("b", s) for s in (3.0, 4.0)] == [True, False]
    assert limits.refused == 2
    assert limits.allow("a", 61.5)


def test_crowds_take_no_room() -> None:
    limits = Limits(each=1, together=10_000)
    assert all(limits.allow(f"p{n}", 0.0) for n in range(MOST_SENDERS + 5))
    assert not limits.allow(f"p{MOST_SENDERS + 4}", 0.0)
    assert limits.allow("p0", 0.0)
