"""Colours can be read by everybody."""

import pytest

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


def test_a_person_keeps_the_colour() -> None:
    dark, light = THEMES["dark"], THEMES["light"]
    people = [f"spaces/x/devices/{n}" for n in range(60)]
    assert [chip_colour(dark, p) for p in people] == [chip_colour(light, p) for p in people]
    assert {chip_colour(dark, p) for p in people} == set(OKABE_ITO)
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
