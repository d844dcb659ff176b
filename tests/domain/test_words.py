"""Languages, states, pictures, and foreign text made safe."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock, MeetingClock
from domain.errors import UsageError
from domain.languages import parse_languages, primary, right_to_left
from domain.meetings import ENDINGS, EXIT_CODES, Ending, MeetingState, Reason, may_follow
from domain.pictures import PictureUpdate, Rectangle, crop_i420
from domain.speech import Word
from domain.text import MAX_TEXT, clean, clean_name


def test_languages_are_understood_as_people_and_meet_write_them() -> None:
    assert parse_languages("es, French,Deutsch,es-MX") == ("es", "fr", "de")
    assert [primary(c) for c in ("cmn-Hans-CN", "iw-IL", "pt_BR")] == ["zh", "he", "pt"]
    assert right_to_left("ar")
    with pytest.raises(UsageError, match="Klingon"):
        parse_languages("es,Klingon")


@given(st.text(max_size=300))
def test_clean_text_is_one_safe_line(text: str) -> None:
    safe = clean(text)
    assert safe == clean(safe)
    assert all(unicodedata.category(c)[0] != "C" or c in "\u200c\u200d" for c in safe)
    assert "\n" not in safe


def test_hostile_text_is_disarmed_but_kept_readable() -> None:
    assert clean("\x1b[31mred\x1b[0m \u202egnp.exe") == "red gnp.exe"
    assert clean("<script>alert(1)</script>") == "<script>alert(1)</script>"
    assert len(clean("x" * 10_000)) == MAX_TEXT
    assert clean_name("  Ann\n  Lee ") == "Ann Lee"


def test_states_only_go_forward() -> None:
    assert may_follow(MeetingState.JOINING, MeetingState.LOBBY)
    assert not may_follow(MeetingState.IN_MEETING, MeetingState.JOINING)
    assert all(not may_follow(end, state) for end in ENDINGS for state in MeetingState)
    assert all(may_follow(s, MeetingState.FAILED) for s in MeetingState if s not in ENDINGS)


def test_every_way_to_end_has_an_exit_code_of_its_own_or_is_orderly() -> None:
    failed = [r for r, code in EXIT_CODES.items() if code]
    assert len({EXIT_CODES[r] for r in failed}) == len(failed)
    assert Ending(Reason.DENIED).state is MeetingState.FAILED
    assert Ending(Reason.HOST_ENDED).exit_code == 0


def test_cropping_takes_the_rectangle_of_every_plane() -> None:
    y = bytes(range(8 * 4))
    u, v = bytes(range(100, 108)), bytes(range(200, 208))
    update = PictureUpdate(1, 8, 4, y + u + v, (), 0.0)
    got = crop_i420(update, Rectangle(2, 2, 4, 2))
    assert got == bytes([18, 19, 20, 21, 26, 27, 28, 29, 105, 106, 205, 206])


def test_a_caption_knows_its_texts() -> None:
    words = (Word("Hola", 0, 1), Word("Ana", 1, 2))
    done = Translation("en", "Hello Ana", TranslationState.FINAL)
    caption = Caption("c", 1, "p", "Eva", "es", words, 1, True, 0, 2, 2, 2, translations=(done,))
    assert (caption.text, caption.stable_text) == ("Hola Ana", "Hola")
    assert caption.translation("en") is done
    assert caption.translation("fr") is None


def test_clocks_tell_the_seconds_of_a_meeting() -> None:
    clock = FakeClock()
    clock.advance(2.5)
    assert clock.now_s() == 2.5
    real = MeetingClock.start()
    assert 0 <= real.now_s() < 60
    assert real.from_monotonic(real.began_monotonic_s) == 0
