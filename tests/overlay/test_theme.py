"""Colours can be read by everybody."""

import pytest

from domain.people import Palette
from overlay.theme import OKABE_ITO, THEMES, chip_colour, contrast, text_on


@pytest.mark.parametrize("name", THEMES)
def test_text_has_contrast(name: str) -> None:
    theme = THEMES[name]
    for tone in (theme.text, theme.dim, theme.faint):
        assert contrast(tone, theme.ground) >= 4.5
        assert contrast(tone, theme.panel) >= 4.5
    for bar in (theme.alert, theme.calm, theme.wait):
        assert contrast(bar, theme.ground) >= 3


@pytest.mark.parametrize("colour", OKABE_ITO)
def test_chips_can_be_read(colour: tuple[int, int, int]) -> None:
    assert contrast(text_on(colour), colour) >= 4.5


def test_the_first_speakers_have_colours_of_their_own() -> None:
    palette = Palette()
    numbers = [palette.number(who) for who in ("ann", "ben", "ann", "eva")]
    assert numbers == [0, 1, 0, 2]
    first = [chip_colour(THEMES["dark"], n) for n in range(len(OKABE_ITO))]
    assert first == list(OKABE_ITO) == [chip_colour(THEMES["light"], n) for n in range(7)]
    assert chip_colour(THEMES["dark"], 7) == OKABE_ITO[0]
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
