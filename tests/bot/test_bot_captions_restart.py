"""A new page in the same meeting: ids may begin anew, and what the old one showed is final."""

from collections.abc import Iterable

from bot.captions import CaptionReader
from bot.channels import CaptionPacket
from bot.people import Roster
from domain.hints import CaptionHint


def reader() -> CaptionReader:
    return CaptionReader(Roster("Dragoman"), lambda *_: None)


def packet(text: str, version: int, message_id: int = 1) -> CaptionPacket:
    return CaptionPacket("devices/1", message_id, version, False, text, "en-US")


def only(hints: Iterable[CaptionHint]) -> CaptionHint:
    [hint] = hints
    return hint


def test_a_message_that_goes_on_is_the_same_line() -> None:
    captions = reader()
    first = only(captions.channel(packet("We go", 3), 1.0))
    list(captions.restart(4.0))
    again = only(captions.channel(packet("We go on", 4), 5.0))
    assert again.line_id == first.line_id


def test_numbers_that_begin_anew_are_another_line() -> None:
    captions = reader()
    first = only(captions.channel(packet("We go", 3), 1.0))
    assert list(captions.channel(packet("We", 2), 1.5)) == []
    list(captions.restart(4.0))
    other = only(captions.channel(packet("Hello", 1), 5.0))
    assert other.line_id != first.line_id


def test_blocks_of_the_old_page_are_final() -> None:
    captions = reader()
    block = {"number": 1, "name": "Ann", "text": "We go on"}
    list(captions.region({"present": [1], "blocks": [block]}, 1.0))
    list(captions.tick(6.0))
    ended = list(captions.restart(7.0))
    assert [(hint.text, hint.final) for hint in ended] == [("We go on", True)]
    anew = {"number": 1, "name": "Ann", "text": "Something else"}
    told = list(captions.region({"present": [1], "blocks": [anew]}, 8.0))
    assert told[0].line_id != ended[0].line_id
