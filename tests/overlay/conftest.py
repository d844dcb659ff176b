"""Captions, pictures and what stands in for the drawing parts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from domain.captions import Caption, Translation, TranslationState
from domain.errors import MissingError
from domain.pictures import PictureUpdate, crop_i420
from domain.speech import Word
from overlay.blocks import Passage
from overlay.fonts import FontBook
from overlay.sinks.image import to_image
from overlay.wrap import wrap


class LetterBreaker:
    """Breaks lines after so many letters; needs no fonts."""

    def __init__(self, width: int = 20) -> None:
        self.width = width

    def prepare(self, text: str, language: str) -> str:
        return text.strip()

    def wrap(self, passage: Passage, lead: str | None, before: Sequence[str]) -> tuple[str, ...]:
        room = 0 if lead is None else min(len(lead), 8)
        return wrap(passage.text, self.width, len, lead=room, before=before)


def caption(  # noqa: PLR0913
    text: str,
    translations: dict[str, str] | None = None,
    *,
    id: str = "c1",
    revision: int = 1,
    speaker: str = "Ana",
    language: str = "en",
    final: bool = True,
    stable: int | None = None,
    state: TranslationState | None = None,
) -> Caption:
    """A caption of words; translations are final if it is, unless told otherwise."""
    words = tuple(Word(word, 0.0, 0.0) for word in text.split())
    said_in = translations or {}
    state = state or (TranslationState.FINAL if final else TranslationState.DRAFT)
    return Caption(
        id=id,
        revision=revision,
        participant_id=f"id-{speaker}" if speaker else "",
        speaker=speaker,
        language=language,
        words=words,
        stable=len(words) if stable is None else stable,
        final=final,
        start_s=0.0,
        end_s=0.0,
        heard_s=0.0,
        stamp_s=0.0,
        translations=tuple(Translation(to, said, state) for to, said in said_in.items()),
    )


def patched(before: PictureUpdate, now: PictureUpdate) -> bytes:
    """The frame that a receiver has which takes only the changed rectangles."""
    width, height = now.width, now.height
    frame = np.frombuffer(before.i420, dtype=np.uint8).copy()
    for area in now.changed:
        part = np.frombuffer(crop_i420(now, area), dtype=np.uint8)
        offset = at = 0
        for half in (1, 2, 2):
            rows, columns = height // half, width // half
            plane = frame[offset : offset + rows * columns].reshape(rows, columns)
            h, w = area.height // half, area.width // half
            y, x = area.y // half, area.x // half
            plane[y : y + h, x : x + w] = part[at : at + h * w].reshape(h, w)
            at += h * w
            offset += rows * columns
    return frame.tobytes()


def rgb(update: PictureUpdate) -> Image.Image:
    """The picture as people see it."""
    return to_image(update).convert("RGB")


@pytest.fixture(scope="session")
def make_caption() -> Callable[..., Caption]:
    return caption


@pytest.fixture(scope="session")
def letters() -> type[LetterBreaker]:
    return LetterBreaker


@pytest.fixture(scope="session")
def apply_changes() -> Callable[[PictureUpdate, PictureUpdate], bytes]:
    return patched


@pytest.fixture(scope="session")
def as_rgb() -> Callable[[PictureUpdate], Image.Image]:
    return rgb


@pytest.fixture(scope="session")
def make_update() -> Callable[..., PictureUpdate]:
    def make(number: int, luma: int = 100, at_s: float | None = None) -> PictureUpdate:
        update = PictureUpdate(number, 320, 180, b"", (), number / 10, ())
        frame = bytes([luma]) * (320 * 180) + b"\x80" * (320 * 180 // 2)
        return replace(update, i420=frame, changed_s=update.changed_s if at_s is None else at_s)

    return make


@pytest.fixture(scope="session")
def book() -> FontBook:
    try:
        return FontBook()
    except MissingError as error:
        pytest.skip(str(error))
