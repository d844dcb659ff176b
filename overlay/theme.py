"""Colours: themes, and one chip colour per person."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """The tones of a picture; every text tone has a contrast of 4.5 at least on the ground."""

    ground: Colour
    panel: Colour
    text: Colour
    dim: Colour
    """Original text, drafts, and whatever is small and quiet."""
    faint: Colour
    """Drafts of what is dim already."""
    alert: Colour
    calm: Colour
    wait: Colour
    chips: tuple[Colour, ...]


def _hex(code: str) -> Colour:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


OKABE_ITO = tuple(
    _hex(code) for code in ("E69F00", "56B4E9", "009E73", "F0E442", "0072B2", "D55E00", "CC79A7")
)
"""Orange, sky blue, bluish green, yellow, blue, vermillion, reddish purple."""

INK = _hex("101418")
PAPER = _hex("FFFFFF")

THEMES: dict[str, Theme] = {
    "dark": Theme(
        ground=_hex("101418"),
        panel=_hex("1A2027"),
        text=_hex("F4F6F8"),
        dim=_hex("9AA7B4"),
        faint=_hex("808D9A"),
        alert=_hex("F0604D"),
        calm=_hex("56B4E9"),
        wait=_hex("E69F00"),
        chips=OKABE_ITO,
    ),
    "light": Theme(
        ground=_hex("F4F6F8"),
        panel=_hex("E4E8EC"),
        text=_hex("14191F"),
        dim=_hex("4A5663"),
        faint=_hex("5A6673"),
        alert=_hex("B3261E"),
        calm=_hex("0B6AA8"),
        wait=_hex("8A5A00"),
        chips=OKABE_ITO,
    ),
    "high-contrast": Theme(
        ground=_hex("000000"),
        panel=_hex("000000"),
        text=_hex("FFFFFF"),
        dim=_hex("FFE45C"),
        faint=_hex("D6BE3A"),
        alert=_hex("FFE45C"),
        calm=_hex("FFFFFF"),
        wait=_hex("FFE45C"),
        chips=(_hex("FFE45C"),),
    ),
}


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _unit(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _unit(colour: Colour) -> list[float]:
    return [channel / 255 for channel in colour]


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours by WCAG, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def chip_colour(theme: Theme, number: int) -> Colour:
    """The colour of a speaker's number in the palette."""
    return theme.chips[number % len(theme.chips)]


def text_on(colour: Colour) -> Colour:
    """Dark or white text, whichever reads better on a colour."""
    return max((INK, PAPER), key=lambda text: contrast(text, colour))
