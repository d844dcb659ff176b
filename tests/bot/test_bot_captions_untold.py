"""The channel falls silent: the region tells what is missing, and nothing that was told."""

from bot.captions import CaptionReader
from bot.channels import CaptionPacket, RosterNews, RosterPerson
from bot.people import Roster
from domain.hints import CaptionHint

ANNA, BEN = "spaces/r/devices/1", "spaces/r/devices/2"


class Meeting:
    """Channel and region of one meeting, and every line as last told."""

    def __init__(self) -> None:
        people = Roster("Dragoman")
        persons = (RosterPerson(ANNA, "Anna", True, False), RosterPerson(BEN, "Ben", True, False))
        people.channel(RosterNews(persons, {}), 0.0)
        self.reader = CaptionReader(people, lambda *_: None)
        self.lines: dict[str, str] = {}
        self._version = 0

    def channel(self, at_s: float, text: str, message_id: int = 1, final: bool = False) -> None:
        self._version += 1
        packet = CaptionPacket(ANNA, message_id, self._version, final, text, "en-US")
        self._take(list(self.reader.channel(packet, at_s)))

    def region(self, at_s: float, *texts: str) -> None:
        """Anna's and Ben's words, by turns."""
        names = ("Anna", "Ben")
        blocks = [{"number": n, "name": names[n % 2], "text": text} for n, text in enumerate(texts)]
        message = {"blocks": blocks, "present": list(range(len(texts)))}
        self._take(list(self.reader.region(message, at_s)))

    def wait(self, at_s: float) -> list[str]:
        self._take(list(self.reader.tick(at_s)))
        return list(self.lines.values())

    def _take(self, hints: list[CaptionHint]) -> None:
        self.lines.update({hint.line_id: hint.text for hint in hints})


def test_the_rest_of_a_sentence_is_told_though_it_ends_soon_after_the_channel() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "One two")
    meeting.region(3.1, "One two")
    meeting.region(3.6, "One two three")
    meeting.region(5.0, "One two three four.")
    assert meeting.wait(7.5) == ["One two"]
    assert meeting.wait(7.7) == ["One two", "three four."]


def test_the_next_speaker_is_told_though_the_sentence_is_short() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "One two.", final=True)
    meeting.region(3.1, "One two.")
    meeting.region(4.5, "One two.", "Me too.")
    assert meeting.wait(9.0) == ["One two.", "Me too."]


def test_what_the_channel_tells_after_all_is_not_told_again() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "One two")
    meeting.region(3.1, "One two")
    meeting.region(3.2, "One two three")
    meeting.channel(4.0, "One two three")
    assert meeting.wait(30.0) == ["One two three"]


def test_a_region_behind_the_channel_tells_nothing() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "One")
    meeting.region(3.1, "One")
    meeting.channel(3.2, "One two three")
    meeting.region(3.3, "One two")
    assert meeting.wait(30.0) == ["One two three"]


def test_words_held_back_are_dropped_once_the_region_shows_them_as_told() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "Good mourning")
    meeting.region(3.1, "Good mourning")
    meeting.channel(3.5, "Good morning everyone.", final=True)
    meeting.channel(3.6, "Then", message_id=2)
    meeting.region(3.7, "Good mourning everyone.")
    meeting.region(3.8, "Good morning everyone. Then")
    assert meeting.wait(30.0) == ["Good morning everyone.", "Then"]


def test_a_region_of_other_words_beside_the_channel_tells_nothing() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "Guten")
    meeting.region(3.2, "Good")
    meeting.channel(4.0, "Guten Morgen.", final=True)
    meeting.region(4.3, "Good morning.")
    assert meeting.wait(30.0) == ["Guten Morgen."]


def test_a_full_stop_alone_is_no_line() -> None:
    meeting = Meeting()
    meeting.channel(3.0, "One two")
    meeting.region(3.1, "One two")
    meeting.region(8.0, "One two.")
    assert meeting.wait(30.0) == ["One two"]
