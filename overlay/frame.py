"""What surrounds the words: header, footer, column titles, and the cards."""

from dataclasses import dataclass
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from domain.errors import UsageError
from domain.languages import own_name, right_to_left
from overlay import bidi
from overlay.layout import Ink, Layout
from overlay.phrases import CARDS, card_text
from overlay.scene import Box, Item, Squares
from overlay.scripts import family_of_language
from overlay.theme import Colour
from overlay.typeset import Style
from overlay.wrap import wrap

LONGEST_LINK = 200
"""Longer ones make a QR code that nobody can scan."""


@dataclass(frozen=True, slots=True)
class Card:
    """A whole-picture message. Raises UsageError for an unknown kind."""

    kind: str
    """idle, joining, lobby, paused, lost_sound, error, ended or help."""
    lines: tuple[str, ...] = ()
    """The first one large; the kind's own words in the meeting's languages if empty."""

    def __post_init__(self) -> None:
        if self.kind not in CARDS:
            raise UsageError(f"Unknown card {self.kind!r}.", f"Known: {', '.join(CARDS)}.")


def header(layout: Layout, active: tuple[str, ...]) -> list[Item]:
    """Product, languages (the ones on screen brighter), and the dot while recording."""
    settings, theme = layout.settings, layout.theme
    high = layout.px(54)
    items: list[Item] = [Box(0, 0, settings.width, high, theme.panel)]
    x = layout.left

    def add(text: str, colour: Colour, *, bold: bool = False) -> None:
        nonlocal x
        style = Style(layout.sizes.small, "", bold)
        text = layout.prepare(text, "")
        ink = Ink((colour, colour), theme.panel)
        line = layout.line(text, style, ink, (0, high), (x, settings.width))
        items.append(line)
        x += round(layout.type.width(text, style))

    add(settings.title, theme.text, bold=True)
    x += layout.px(28)
    if settings.header:
        add(settings.header, theme.dim)
    else:
        for text, code in _languages(settings.sources, settings.targets):
            bright = code in active and len(settings.targets) > len(active)
            add(text, theme.text if bright else theme.dim)
            x += layout.px(9)
    if settings.recording:
        dot = layout.px(18)
        items.append(Box(layout.right - dot, (high - dot) // 2, dot, dot, theme.alert, dot // 2))
    return items


def _languages(sources: tuple[str, ...], targets: tuple[str, ...]) -> list[tuple[str, str]]:
    """(text, the target it stands for) for the header, such as EN → ES · FR."""
    parts = [(" · ".join(code.upper() for code in sources), "")] if sources else []
    if sources and targets:
        parts.append(("→", ""))
    for number, code in enumerate(targets):
        if number:
            parts.append(("·", ""))
        parts.append((code.upper(), code))
    return parts


def footer(layout: Layout) -> list[Item]:
    """The short link of the viewer page, without its scheme."""
    text = _link(layout)
    if not text:
        return []
    style = Style(layout.sizes.small, "")
    place = (layout.settings.height - layout.px(48), layout.px(34))
    ink = Ink((layout.theme.dim,) * 2, layout.theme.ground)
    return [layout.line(text, style, ink, place, (layout.left, layout.right))]


def column_titles(layout: Layout, active: tuple[str, ...]) -> list[Item]:
    """The languages above two columns, and the line between these."""
    if layout.settings.columns == 1:
        return []
    half = layout.settings.width // 2
    gap = layout.px(24)
    items: list[Item] = []
    for number, code in enumerate(active):
        span = (layout.left, half - gap) if number == 0 else (half + gap, layout.right)
        style = Style(layout.sizes.small, code)
        place = (layout.px(60), layout.px(38))
        ink = Ink((layout.theme.dim,) * 2, layout.theme.ground, rtl=right_to_left(code))
        name = layout.prepare(own_name(code), code)
        items.append(layout.line(name, style, ink, place, span))
    return items


def card(layout: Layout, shown: Card) -> list[Item]:
    """A message in plain words, left of a coloured bar, and while idle the way to the page."""
    theme = layout.theme
    tones = {"error": theme.alert, "lost_sound": theme.wait, "paused": theme.wait}
    tones |= {"joining": theme.calm, "lobby": theme.calm, "idle": theme.calm, "help": theme.calm}
    with_code = has_code(layout, shown.kind)
    left = layout.px(104)
    right = layout.settings.width - layout.px(380 if with_code else 104)
    rows: list[tuple[str, Style, Colour]] = []
    for number, (text, language) in enumerate(_lines(layout, shown)):
        size, colour = (62, theme.text) if number == 0 else (36, theme.dim)
        style = Style(layout.px(size), language, bold=number == 0)
        rows += [(line.rstrip(), style, colour) for line in _fit(layout, text, style, right - left)]
    if with_code:
        style = Style(layout.px(36), "")
        lines = _fit(layout, _link(layout), style, right - left)
        rows += [(line, style, theme.text) for line in lines]
    heights = [
        round(family_of_language(style.language).line * style.size) + layout.px(8)
        for _, style, _ in rows
    ]
    whole = sum(heights)
    top = (layout.settings.height - whole) // 2
    mirrored = bool(rows) and bidi.first_strong_rtl(rows[0][0])
    bar = layout.px(8)
    x = right + layout.px(36) - bar if mirrored else left - layout.px(36)
    colour = tones.get(shown.kind, theme.dim)
    items: list[Item] = [Box(x, top, bar, whole, colour, bar // 2)]
    y = top
    for (text, style, colour), high in zip(rows, heights, strict=True):
        rtl = bidi.first_strong_rtl(text)
        ink = Ink((colour, colour), theme.ground, rtl=rtl)
        width = round(layout.type.width(text, style))
        start = right - width if mirrored else left
        items.append(layout.line(text, style, ink, (y, high), (start, start + width)))
        y += high
    return items + (_code(layout) if with_code else [])


def has_code(layout: Layout, kind: str) -> bool:
    """Whether a card of this kind shows the way to the viewers' page."""
    return kind in ("idle", "help") and 0 < len(layout.settings.link) <= LONGEST_LINK


def _fit(layout: Layout, text: str, style: Style, width: int) -> tuple[str, ...]:
    return wrap(text, width, lambda part: layout.type.width(part, style))[:3]


def _lines(layout: Layout, shown: Card) -> list[tuple[str, str]]:
    if shown.lines:
        return [(layout.prepare(line, ""), "") for line in shown.lines[:5] if line.strip()]
    settings = layout.settings
    codes = list(dict.fromkeys((*settings.targets, *settings.sources)))
    known = [(text, code) for code in codes if (text := card_text(shown.kind, code))]
    return known[:4] or [(card_text(shown.kind, "en") or "", "en")]


def _link(layout: Layout) -> str:
    settings = layout.settings
    return layout.prepare((settings.short or settings.link).split("://")[-1], "")


def _code(layout: Layout) -> list[Item]:
    rows = _modules(layout.settings.link)
    module = max(2, layout.px(230) // len(rows))
    side = module * len(rows)
    x = layout.right - side
    y = layout.settings.height - layout.px(48) - side
    return [Squares(x, y, side, side, rows)]


@lru_cache(maxsize=4)
def _modules(link: str) -> tuple[tuple[bool, ...], ...]:
    code = qrcode.QRCode(border=4, error_correction=ERROR_CORRECT_M)
    code.add_data(link)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())
