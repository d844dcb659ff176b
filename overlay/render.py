"""Scenes become picture updates: only what differs is drawn, compared and converted."""

from collections import OrderedDict
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw

from domain.pictures import PictureUpdate, Rectangle
from overlay.fonts import FontBook
from overlay.i420 import I420
from overlay.scene import PAD, Box, Item, Line, Run, Scene, Squares
from overlay.stamp import draw_stamp
from overlay.theme import Colour

_LINES_KEPT = 96
_CORNERS = 4
"""Rounded corners are drawn this many times larger."""

_Area = tuple[int, int, int, int]
_LineKey = tuple[int, int, int, Colour, tuple[Run, ...]]


class Renderer:
    """Keeps the picture and changes it. For one thread at a time."""

    def __init__(self, book: FontBook, *, stamp: bool = False) -> None:
        self.stamp = stamp
        self._book = book
        self._scene: Scene | None = None
        self._canvas = Image.new("RGB", (2, 2))
        self._i420 = I420(2, 2)
        self._lines: OrderedDict[_LineKey, Image.Image] = OrderedDict()
        self._number = 0

    def restart(self) -> None:
        """Makes the next picture a whole one."""
        self._scene = None

    def draw(self, scene: Scene, changed_s: float) -> PictureUpdate | None:
        """The next update; None if the scene looks as the one before."""
        before, self._scene = self._scene, None
        if before is None or (before.width, before.height) != (scene.width, scene.height):
            changed = [self._restart(scene)]
        else:
            changed = [
                area
                for dirty in _dirty(before, scene)
                if (area := self._repaint(scene, dirty)) is not None
            ]
            if not changed and before.captions == scene.captions:
                self._scene = scene
                return None
        self._scene = scene
        self._number += 1
        if self.stamp:
            whole = changed[:1] == [Rectangle(0, 0, scene.width, scene.height)]
            stamp = draw_stamp(self._i420, self._number)
            changed += [] if whole else [stamp]
        return PictureUpdate(
            number=self._number,
            width=scene.width,
            height=scene.height,
            i420=self._i420.bytes(),
            changed=tuple(changed),
            changed_s=changed_s,
            captions=scene.captions,
        )

    def _restart(self, scene: Scene) -> Rectangle:
        self._canvas = Image.new("RGB", (scene.width, scene.height), scene.ground)
        self._i420 = I420(scene.width, scene.height)
        for item in scene.items:
            self._put(self._canvas, item, (0, 0))
        whole = Rectangle(0, 0, scene.width, scene.height)
        self._i420.convert(self._canvas, whole)
        return whole

    def _repaint(self, scene: Scene, area: _Area) -> Rectangle | None:
        """Draws an area anew; the even rectangle around what really differs."""
        left, top, right, bottom = area
        part = Image.new("RGB", (right - left, bottom - top), scene.ground)
        for item in scene.items:
            if _overlap(_area(item), area):
                self._put(part, item, (left, top))
        box = ImageChops.difference(part, self._canvas.crop(area)).getbbox()
        if box is None:
            return None
        self._canvas.paste(part, (left, top))
        x, y = (left + box[0]) & ~1, (top + box[1]) & ~1
        changed = Rectangle(x, y, (left + box[2] - x + 1) & ~1, (top + box[3] - y + 1) & ~1)
        self._i420.convert(self._canvas, changed)
        return changed

    def _put(self, image: Image.Image, item: Item, origin: tuple[int, int]) -> None:
        at = (item.x - origin[0], item.y - origin[1])
        if isinstance(item, Line):
            image.paste(self._line(item), at)
        elif isinstance(item, Squares):
            image.paste(_squares(item), at)
        else:
            image.paste(item.colour, at, _mask(item))

    def _line(self, line: Line) -> Image.Image:
        key = (line.width, line.height, line.baseline, line.ground, line.runs)
        known = self._lines.get(key)
        if known is not None:
            self._lines.move_to_end(key)
            return known
        image = Image.new("RGB", (line.width, line.height), line.ground)
        pen = ImageDraw.Draw(image)
        for run in line.runs:
            pen.text(
                (PAD + run.x, line.baseline),
                run.text,
                fill=run.colour,
                font=self._book.font(run.face, run.size),
                anchor="ls",
                direction="rtl" if run.rtl else "ltr",
            )
        self._lines[key] = image
        if len(self._lines) > _LINES_KEPT:
            self._lines.popitem(last=False)
        return image


def _mask(box: Box) -> Image.Image:
    if not box.radius:
        return Image.new("L", (box.width, box.height), 255)
    size = (box.width * _CORNERS, box.height * _CORNERS)
    mask = Image.new("L", size)
    shape = (0, 0, size[0] - 1, size[1] - 1)
    ImageDraw.Draw(mask).rounded_rectangle(shape, box.radius * _CORNERS, fill=255)
    return mask.reduce(_CORNERS)


def _squares(item: Squares) -> Image.Image:
    count = len(item.rows)
    grid = Image.new("L", (count, count))
    grid.putdata([16 if dark else 235 for row in item.rows for dark in row])
    return grid.convert("RGB").resize((item.width, item.height), Image.Resampling.NEAREST)


def _area(item: Item) -> _Area:
    return item.x, item.y, item.x + item.width, item.y + item.height


def _overlap(one: _Area, other: _Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _dirty(before: Scene, now: Scene) -> list[_Area]:
    """Areas of items that came, went or changed their order, none overlapping another."""
    if before.ground != now.ground:
        return [(0, 0, now.width, now.height)]
    differing = set(before.items) ^ set(now.items)
    return _merged(
        clipped
        for item in (*before.items, *now.items)
        if item in differing and (clipped := _clip(_area(item), now)) is not None
    )


def _clip(area: _Area, scene: Scene) -> _Area | None:
    left, top = max(0, area[0]), max(0, area[1])
    right, bottom = min(scene.width, area[2]), min(scene.height, area[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _merged(areas: Iterable[_Area]) -> list[_Area]:
    out: list[_Area] = []
    for area in areas:
        merged = area
        while touching := [other for other in out if _overlap(_grown(merged), other)]:
            for other in touching:
                out.remove(other)
                merged = (
                    min(merged[0], other[0]),
                    min(merged[1], other[1]),
                    max(merged[2], other[2]),
                    max(merged[3], other[3]),
                )
        out.append(merged)
    return out


def _grown(area: _Area) -> _Area:
    """Two pixels larger, so that even rectangles of different areas never overlap."""
    return area[0] - 2, area[1] - 2, area[2] + 2, area[3] + 2
