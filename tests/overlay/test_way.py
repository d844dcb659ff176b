"""The way to the viewers' page: a code that phones can read, and an address for those who type."""

from collections.abc import Iterable

import pytest

from overlay.frame import Card
from overlay.painter import Painter
from overlay.scene import Item, Line, Squares
from overlay.settings import OverlaySettings

LINK = f"https://captions.example.org/v/{'aB3-' * 13}"
SHORT = "https://captions.example.org/j/kfhsmd2q7x"


def words(items: Iterable[Item]) -> str:
    lines = [item for item in items if isinstance(item, Line)]
    return " ".join("".join(run.text for run in line.runs) for line in lines)


@pytest.mark.parametrize("kind", ["idle", "help"])
@pytest.mark.parametrize("link", [LINK, f"https://{'long.' * 30}example.org/v/{'aB3-' * 5}"])
def test_the_code_is_large_enough_and_inside_the_picture(kind: str, link: str) -> None:
    painter = Painter(OverlaySettings(targets=("es",), link=link, short=SHORT))
    painter.set_card(Card(kind, ("Dragoman", "I show translated captions here.")))
    items = painter.scene(0.0).items
    (code,) = [item for item in items if isinstance(item, Squares)]
    assert code.width == code.height >= 150
    assert code.width // len(code.rows) >= 3
    assert code.x + code.width <= 1280
    assert code.y + code.height <= 720
    assert "captions.example.org/j/kfhsmd2q7x" in words(items)
    assert "https" not in words(items)
    texts = [item for item in items if isinstance(item, Line) and item.y > code.y]
    assert all(text.x + text.width <= code.x for text in texts)


def test_a_link_without_a_short_one_is_broken_and_not_cut() -> None:
    painter = Painter(OverlaySettings(targets=("es",), link=LINK))
    items = painter.scene(0.0).items
    assert LINK.removeprefix("https://") in words(items).replace(" ", "")
    (code,) = [item for item in items if isinstance(item, Squares)]
    for item in items:
        if isinstance(item, Line) and item.y + item.height > code.y:
            assert item.x + item.width <= code.x


@pytest.mark.parametrize("kind", ["paused", "lost_sound"])
def test_other_cards_have_the_address_alone(kind: str) -> None:
    painter = Painter(OverlaySettings(targets=("es",), link=LINK, short=SHORT))
    painter.set_card(Card(kind))
    items = painter.scene(0.0).items
    assert not [item for item in items if isinstance(item, Squares)]
    assert words(items).endswith("captions.example.org/j/kfhsmd2q7x")


def test_without_an_address_nothing_is_drawn() -> None:
    items = Painter(OverlaySettings(targets=("es",))).scene(0.0).items
    assert not [item for item in items if isinstance(item, Squares)]
    assert "/" not in words(items)
