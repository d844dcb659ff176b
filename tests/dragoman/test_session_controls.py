"""What the page asks for reaches the session and the picture, whenever it is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from domain.clock import MeetingClock
from domain.errors import StorageError, UsageError
from domain.meetings import Reason
from domain.pictures import PictureUpdate
from dragoman.controls import SessionControls
from dragoman.groups.camera import CameraGroup
from dragoman.pause import Pause
from dragoman.targets import Targets
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
    targets = Targets(("es", "fr"))
    return SessionControls(CameraGroup(), targets, lambda look: looks.append(dict(look)))


@asynccontextmanager
async def _showing(controls: SessionControls, wall: Wall) -> AsyncIterator[Overlay]:
    settings = OverlaySettings(targets=("es", "fr"), layout="split")
    overlay = Overlay(settings, MeetingClock.start(), (wall,))
    pause = Pause(lambda _event: None, lambda: 0.0)
    controls.attach(overlay, settings, pause)
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
        "layout": "split", "theme": "dark", "large": True, "show_original": True,
        "languages": ["es", "fr"],
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
    controls.begin(lambda reason, evidence="": asked.append(reason))
    assert asked == [Reason.LEFT]


def test_leaving_stops_the_session(controls: SessionControls) -> None:
    asked: list[Reason] = []
    controls.begin(lambda reason, evidence="": asked.append(reason))
    assert asked == []
    controls.leave()
    assert asked == [Reason.LEFT]


async def test_other_languages_reach_all_who_follow_in_order(controls: SessionControls) -> None:
    told: list[tuple[str, ...]] = []

    async def follow(codes: tuple[str, ...]) -> None:
        told.append(codes)
        if len(told) == 1:
            raise StorageError("The database is away.")

    async with controls.targets.tending(), asyncio.timeout(5):
        with controls.targets.followed(follow):
            controls.look({"languages": ["de", "German", "it"]})
            while not told:
                await asyncio.sleep(0)
            controls.look({"languages": ["ja"]})
            while len(told) < 2:
                await asyncio.sleep(0)
    assert told == [("de", "it"), ("ja",)]
    assert controls.settings.targets == ("ja",)


@pytest.mark.parametrize("languages", [[], "es", ["es", "xx"], ["es", "fr", "de", "it", "pt"], [1]])
async def test_wrong_languages_change_nothing(controls: SessionControls, languages: object) -> None:
    with pytest.raises(UsageError):
        controls.look({"languages": languages, "theme": "light"})
    assert (controls.targets.now, controls.settings.theme) == (("es", "fr"), "dark")
