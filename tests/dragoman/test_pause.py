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


def _line(line_id: str, text: str, at_s: float = 0.0) -> CaptionHint:
    return CaptionHint(line_id, "p1", "Ana", text, 1, False, "en", at_s)


async def test_sound_of_a_pause_is_not_heard_and_is_told_as_a_gap(scene: Scene) -> None:
    scene.now_s = 1.0
    scene.pause.set(True)
    scene.pause.set(True)
    scene.now_s = 5.0
    scene.pause.set(False)
    frames = [Frame("a", at_s, b"") for at_s in (0.0, 0.98, 1.0, 2.0, 4.98, 5.0, 6.0)]
    heard = [frame.start_s async for frame in scene.pause.frames(_each(frames))]
    assert heard == [0.0, 0.98, 5.0, 6.0]
    assert scene.told == [
        Listening(False, 1.0),
        Gap(MIX, 1.0, 5.0, 64_000, "paused"),
        Listening(True, 5.0),
    ]


async def test_sound_that_waits_is_judged_by_when_it_was_made(scene: Scene) -> None:
    scene.now_s = 2.0
    scene.pause.set(True)
    frames = [Frame("a", at_s, b"") for at_s in (1.5, 2.5)]
    assert [f.start_s async for f in scene.pause.frames(_each(frames))] == [1.5]


async def test_captions_of_a_pause_stay_unread(scene: Scene) -> None:
    scene.now_s = 10.0
    scene.pause.set(True)
    scene.now_s = 20.0
    scene.pause.set(False)
    chat = ChatHint("m1", "Ana", "/leave", 12.0)
    hints: list[Hint] = [
        _line("1", "before", 9.0),
        chat,
        _line("1", "before secret", 12.0),
        _line("2", "The secret", 21.0),
        _line("1", "Before secret, then", 22.9),
        _line("1", "Before secret, then after", 23.5),
        _line("2", "The secret.", 23.6),
        _line("2", "The secret. New words", 24.0),
        _line("3", "fresh", 24.0),
    ]
    read = [hint async for hint in scene.pause.hints(_each(hints))]
    texts = [hint.text for hint in read if isinstance(hint, CaptionHint)]
    assert texts == ["before", "after", "New words", "fresh"]
    assert chat in read
    ids = [hint.line_id for hint in read if isinstance(hint, CaptionHint)]
    assert len(set(ids)) == 4


async def test_text_without_spaces_is_cut_by_its_length(scene: Scene) -> None:
    scene.pause.set(True)
    scene.now_s = 5.0
    scene.pause.set(False)
    hints: list[Hint] = [_line("1", "秘密です", 2.0), _line("1", "秘密です。会議を始めます", 9.0)]
    read = [hint async for hint in scene.pause.hints(_each(hints))]
    assert [h.text for h in read if isinstance(h, CaptionHint)] == ["。会議を始めます"]


def test_a_pause_that_lasts_to_the_end_is_told_too(scene: Scene) -> None:
    scene.pause.set(True)
    scene.now_s = 2.0
    scene.pause.end()
    scene.pause.end()
    assert [type(event) for event in scene.told] == [Listening, Gap]
