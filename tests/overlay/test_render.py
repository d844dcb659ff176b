"""Pictures: changed rectangles, colours, the stamp, hostile text, and how they look."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.captions import Caption
from domain.errors import UsageError
from domain.pictures import PictureUpdate, Rectangle
from overlay.fonts import FontBook
from overlay.frame import Card
from overlay.painter import Painter
from overlay.render import Renderer
from overlay.scene import Squares
from overlay.settings import OverlaySettings
from overlay.stamp import AREA, bits_of

Make = Callable[..., Caption]
Patch = Callable[[PictureUpdate, PictureUpdate], bytes]
ENGLISH = (
    *("we", "should", "ship", "the", "new", "release"),
    *("on", "friday", "because", "nobody", "is", "there"),
)
SPANISH = (
    *("deberíamos", "publicar", "la", "nueva", "versión", "el"),
    *("viernes", "porque", "no", "hay", "nadie"),
)
GOLDEN = Path(__file__).parent / "golden"

pytestmark = pytest.mark.usefixtures("book")


def luma(update: PictureUpdate) -> np.ndarray:
    size = update.width * update.height
    return np.frombuffer(update.i420[:size], np.uint8).reshape(update.height, update.width)


def fresh(painter: Painter, at_s: float) -> bytes:
    """The same scene drawn from nothing."""
    update = Renderer(FontBook()).draw(painter.scene(at_s), 0.0)
    assert update is not None
    return update.i420


steps = st.tuples(
    st.sampled_from("abc"), st.integers(1, 12), st.integers(0, 12), st.booleans(), st.floats(0, 4)
)


@settings(max_examples=12, deadline=None)
@given(st.lists(steps, max_size=10), st.sampled_from(["subtitle", "split"]))
def test_changed_rectangles_make_the_frame_out_of_the_one_before(
    make_caption: Make, apply_changes: Patch, events: list, layout: str
) -> None:
    painter = Painter(OverlaySettings(targets=("es", "ar"), layout=layout, link="https://x.org/v"))
    before = painter.draw(0.0, 0.0)
    assert before is not None
    now, revision = 1.0, 0
    for name, count, stable, final, pause in events:
        now, revision = now + pause, revision + 1
        said = {"es": " ".join(SPANISH[:count]), "ar": "مرحبا بكم " * (count // 3)}
        painter.show(
            [
                make_caption(
                    " ".join(ENGLISH[:count]),
                    said,
                    id=name,
                    speaker=name,
                    revision=revision,
                    final=final,
                    stable=min(stable, count),
                )
            ],
            now,
        )
        update = painter.draw(now, now)
        if update is None:
            continue
        assert update.number == before.number + 1
        for area in update.changed:
            assert not any(n % 2 for n in (area.x, area.y, area.width, area.height))
            assert area.x >= 0
            assert area.x + area.width <= 1280
            assert area.y >= 0
            assert area.y + area.height <= 720
        assert apply_changes(before, update) == update.i420
        before = update
    assert before.i420 == fresh(painter, now)


def test_a_new_word_changes_only_its_place(make_caption: Make) -> None:
    painter = Painter(OverlaySettings())
    painter.show([make_caption("we should", final=False, revision=1)], 0.0)
    painter.draw(0.0, 0.0)
    painter.show([make_caption("we should ship", final=False, revision=2)], 0.2)
    update = painter.draw(0.2, 0.2)
    assert update is not None
    (area,) = update.changed
    assert area.width < 200
    assert area.height < 72
    assert update.captions == (("c1", 2),)


def test_nothing_new_gives_no_update() -> None:
    painter = Painter(OverlaySettings())
    assert painter.draw(0.0, 0.0) is not None
    assert painter.draw(1.0, 1.0) is None


def test_the_ground_is_limited_range_bt601() -> None:
    update = Painter(OverlaySettings()).draw(0.0, 0.0)
    assert update is not None
    picture = luma(update)
    expected = 16 + 219 / 255 * (0.299 * 0x10 + 0.587 * 0x14 + 0.114 * 0x18)
    assert picture[600, 640] == round(expected)
    assert picture.min() >= 16
    assert picture.max() <= 235
    assert update.changed == (Rectangle(0, 0, 1280, 720),)


def test_stamp_carries_the_number(make_caption: Make) -> None:
    painter = Painter(OverlaySettings(stamp=True))
    for revision in range(1, 8):
        painter.show([make_caption(" ".join(ENGLISH[:revision]), revision=revision)], revision)
        update = painter.draw(revision, revision)
        assert update is not None
        rows = luma(update)[AREA.y + 1 : AREA.y + 7]
        read = tuple(int(rows[:, 17 + 8 * i : 23 + 8 * i].mean() > 60) for i in range(40))
        assert read == bits_of(update.number)
        assert AREA in update.changed or update.changed[0].width == 1280
    assert bits_of(0x12345678)[:8] == (1, 0, 1, 0, 0, 0, 0, 1)
    assert bits_of(0x12345678)[36:] == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "W" * 10_000,
        "\u202edrawkcab \u2066x\u2069 \u200f",
        "<script>alert('x')</script> &amp; **bold** \x1b[31mred\x00\x07",
        "a\u0301\u0301\u0301\u0301" * 400,
        "ก็็็็็็็็็็็็็็็็" * 40,
        "🙂" * 500,
        "\u3000\ufeff\u00ad",
        "﷽" * 30,
    ],
)
@pytest.mark.parametrize("layout", ["subtitle", "split"])
def test_hostile_text_stays_inside(make_caption: Make, text: str, layout: str) -> None:
    painter = Painter(OverlaySettings(targets=("es", "ar"), layout=layout))
    painter.show([make_caption("hi " + text, {"es": text, "ar": text}, speaker=text)], 0.0)
    scene = painter.scene(0.0)
    for item in scene.items:
        assert item.x >= 0
        assert item.x + item.width <= 1280
        assert item.y >= 0
        assert item.y + item.height <= 720
    assert painter.draw(0.0, 0.0) is not None


def test_lines_never_overlap(make_caption: Make) -> None:
    painter = Painter(OverlaySettings(targets=("ar",), link="https://x.org/v"))
    for n in range(5):
        painter.show(
            [make_caption(" ".join(ENGLISH), {"ar": "مرحبا بكم " * 9}, id=str(n))], n * 9.0
        )
        lines = [item for item in painter.scene(n * 9.0).items if item.height < 200]
        tops = sorted({(item.y, item.y + item.height) for item in lines if item.width > 400})
        assert all(a[1] <= b[0] for a, b in zip(tops, tops[1:], strict=False))


def test_cards_speak_the_languages_of_the_meeting() -> None:
    painter = Painter(OverlaySettings(targets=("es",), sources=("en",)))
    painter.set_card(Card("lobby"))
    said = [
        "".join(run.text for run in item.runs)
        for item in painter.scene(0.0).items
        if hasattr(item, "runs")
    ]
    assert "Esperando a ser admitido" in said
    assert "Waiting to be let in" in said
    with pytest.raises(UsageError, match="Unknown card"):
        Card("party")


def test_idle_card_gives_way_to_words_and_others_do_not(make_caption: Make) -> None:
    painter = Painter(OverlaySettings(link="https://x.org/v"))
    painter.set_card(Card("idle"))
    painter.show([make_caption("hello")], 0.0)
    assert painter.scene(0.0).captions == (("c1", 1),)
    painter.set_card(Card("paused"))
    assert painter.scene(0.0).captions == ()


@pytest.mark.parametrize("bad", [{"layout": "x"}, {"theme": "x"}, {"width": 641}])
def test_impossible_settings_are_refused(bad: dict) -> None:
    with pytest.raises(UsageError):
        OverlaySettings(**bad)


@pytest.mark.parametrize("name", ["subtitle", "split", "card"])
def test_pictures_look_as_they_did(
    make_caption: Make, as_rgb: Callable[[PictureUpdate], Image.Image], tmp_path: Path, name: str
) -> None:
    layout = "split" if name == "split" else "subtitle"
    painter = Painter(
        OverlaySettings(targets=("es", "fr"), sources=("en",), layout=layout, recording=True)
    )
    if name == "card":
        painter.set_card(Card("lost_sound"))
    french = "nous devrions publier la nouvelle version vendredi"
    for who, at in (("Ana", 0.0), ("Tom", 3.0)):
        said = {"es": " ".join(SPANISH), "fr": french}
        painter.show([make_caption(" ".join(ENGLISH), said, id=who, speaker=who)], at)
    update = painter.draw(3.0, 3.0)
    assert update is not None
    small = as_rgb(update).convert("L").resize((320, 180), Image.Resampling.BOX)
    small.save(tmp_path / f"{name}.png")
    golden = Image.open(GOLDEN / f"{name}.png")
    difference = np.abs(np.asarray(small, float) - np.asarray(golden, float))
    assert difference.mean() < 3.0, f"compare {tmp_path / name}.png with {GOLDEN / name}.png"


def test_a_link_becomes_a_code_large_enough_to_scan() -> None:
    painter = Painter(OverlaySettings(link="https://dragoman.example.org/v/k7Qp2"))
    (code,) = [item for item in painter.scene(0.0).items if isinstance(item, Squares)]
    assert code.width >= 150
    assert code.width == code.height == len(code.rows) * (code.width // len(code.rows))
    assert not any(any(row) for row in (*code.rows[:4], *code.rows[-4:]))
    endless = Painter(OverlaySettings(link="https://x.org/" + "v" * 5000))
    assert not [item for item in endless.scene(0.0).items if isinstance(item, Squares)]
    assert endless.draw(0.0, 0.0) is not None
