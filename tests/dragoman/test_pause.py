"""A paused bot hears nothing of what is said, and tells the gap."""

from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

import pytest

from domain.audio import MIX, Frame, Gap
from domain.events import Event, Listening
from domain.hints import CaptionHint, ChatHint, Hint
from dragoman.pause import Pause

T = TypeVar("T")


class Scene:
    """A pause on a clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.told: list[Event] = []
        self.pause = Pause(self.told.append, lambda: self.now_s)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def _each(items: Iterable[T]) -> AsyncIterator[T]:
    for item in items:
        yield item


def _line(line_id: str, text: str) -> CaptionHint:
    return CaptionHint(line_id, "p1", "Ana", text, 1, False, "en", 0.0)


async def test_sound_of_a_pause_is_not_heard_and_is_told_as_a_gap(scene: Scene) -> None:
    heard = []
    async for frame in scene.pause.frames(_each(Frame("a", n * 1.0, b"") for n in range(6))):
        heard.append(frame.start_s)
        scene.now_s = frame.start_s
        if frame.start_s == 1.0:
            scene.pause.set(True)
            scene.pause.set(True)
    assert heard == [0.0, 1.0]
    scene.now_s = 5.0
    scene.pause.set(False)
    assert scene.told == [
        Listening(False, 1.0),
        Gap(MIX, 1.0, 5.0, 64_000, "paused"),
        Listening(True, 5.0),
    ]


async def test_a_line_of_captions_that_grew_in_a_pause_stays_unread(scene: Scene) -> None:
    chat = ChatHint("m1", "Ana", "/leave", 0.0)
    hints: list[Hint] = [_line("1", "before"), _line("1", "before secret"), chat]
    read: list[Hint] = []
    async for hint in scene.pause.hints(_each(hints)):
        read.append(hint)
        scene.pause.set(True)
    scene.pause.set(False)
    after: list[Hint] = [_line("1", "before secret after"), _line("2", "new")]
    read += [hint async for hint in scene.pause.hints(_each(after))]
    assert read == [hints[0], chat, after[1]]


def test_a_pause_that_lasts_to_the_end_is_told_too(scene: Scene) -> None:
    scene.pause.set(True)
    scene.now_s = 2.0
    scene.pause.end()
    scene.pause.end()
    assert [type(event) for event in scene.told] == [Listening, Gap]
