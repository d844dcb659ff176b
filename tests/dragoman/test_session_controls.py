"""What the page asks for reaches the session and the picture, whenever it is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from domain.clock import MeetingClock
from domain.errors import UsageError
from domain.meetings import Reason
from domain.pictures import PictureUpdate
from dragoman.controls import SessionControls
from dragoman.groups.camera import CameraGroup
from dragoman.pause import Pause
from overlay.overlay import Overlay
from overlay.settings import OverlaySettings


class Wall:
    """Keeps the brightness of the ground of every picture."""

    def __init__(self) -> None:
        self.grounds: list[int] = []

    async def show(self, update: PictureUpdate) -> None:
        self.grounds.append(update.i420[update.width * 100 + 4])

    async def aclose(self) -> None:
        """Nothing is held."""


@pytest.fixture
def looks() -> list[dict[str, object]]:
    return []


@pytest.fixture
def controls(looks: list[dict[str, object]]) -> SessionControls:
    return SessionControls(CameraGroup(), lambda look: looks.append(dict(look)))


@asynccontextmanager
async def _showing(controls: SessionControls, wall: Wall) -> AsyncIterator[Overlay]:
    settings = OverlaySettings(targets=("es", "fr"), layout="split")
    overlay = Overlay(settings, MeetingClock.start(), (wall,))
    pause = Pause(lambda _event: None, lambda: 0.0)
    controls.attach(overlay, settings, pause, ("Nobody speaks",))
    async with overlay:
        yield overlay


async def test_a_look_is_remembered_until_there_is_a_picture(
    controls: SessionControls, looks: list[dict[str, object]]
) -> None:
    controls.look({"theme": "light"})
    wall = Wall()
    async with _showing(controls, wall):
        controls.look({"theme": "dark", "large": True})
    assert wall.grounds[0] > 200
    assert wall.grounds[-1] < 60
    assert [(look["theme"], look["large"]) for look in looks] == [
        ("dark", False),
        ("light", False),
        ("dark", True),
    ]
    assert looks[-1] == {
        "layout": "split", "theme": "dark", "large": True, "show_original": True
    }  # fmt: skip


async def test_a_wrong_look_changes_nothing(
    controls: SessionControls, looks: list[dict[str, object]]
) -> None:
    with pytest.raises(UsageError, match="Unknown layout 'round'. Known: subtitle"):
        controls.look({"large": True, "layout": "round"})
    controls.look({"theme": "light"})
    assert [look["large"] for look in looks] == [False, False]


def test_leaving_waits_for_the_session(controls: SessionControls) -> None:
    asked: list[Reason] = []
    controls.leave()
    controls.begin(asked.append)
    assert asked == [Reason.LEFT]


def test_leaving_stops_the_session(controls: SessionControls) -> None:
    asked: list[Reason] = []
    controls.begin(asked.append)
    assert asked == []
    controls.leave()
    assert asked == [Reason.LEFT]
