"""The picture as a virtual webcam, without a device."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from threading import Event as Flag
from threading import Semaphore

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import FakeClock
from domain.errors import MissingError
from domain.events import Event, Notice
from domain.pictures import PictureUpdate
from overlay.sinks.loopback import LOAD, MAY_NOT, TAKEN, Loopback, loopbacks, parse_answer, remedy
from overlay.sinks.schedule import Schedule
from overlay.sinks.webcam import RETRY_S, Webcam

Make = Callable[..., PictureUpdate]


class StepTimer:
    """Time passes when the test lets it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._allowed = Semaphore(0)
        self._waiting = Semaphore(0)

    def now_s(self) -> float:
        return self.now

    def wait(self, seconds: float, over: Flag) -> None:
        self.waits.append(seconds)
        self._waiting.release()
        while not self._allowed.acquire(timeout=0.01):
            if over.is_set():
                return
        self.now += seconds

    async def reached(self) -> None:
        """Returns when the sink waits."""
        assert await asyncio.to_thread(self._waiting.acquire, timeout=20)

    async def pass_on(self) -> None:
        """Lets one wait end, and returns in the next."""
        self._allowed.release()
        await self.reached()


class Devices:
    """Opens devices that note what they get; the next opening or sending can fail."""

    def __init__(self, timer: StepTimer) -> None:
        self.pictures: list[bytes] = []
        self.sizes: list[tuple[int, int]] = []
        self.closed = 0
        self.missing = 0
        self.broken = False
        self.slow_s = 0.0
        self.name = "test camera"
        self._timer = timer

    def open(self, width: int, height: int) -> "Devices":
        if self.missing:
            self.missing -= 1
            raise MissingError("It is not there.", "Plug it in.")
        self.sizes.append((width, height))
        return self

    def send(self, i420: bytes) -> None:
        if self.broken:
            self.broken = False
            raise OSError("no such device")
        self.pictures.append(i420)
        self._timer.now += self.slow_s

    def close(self) -> None:
        self.closed += 1


class Parts:
    """A webcam with its surroundings."""

    def __init__(self) -> None:
        self.timer = StepTimer()
        self.devices = Devices(self.timer)
        self.told: list[Event] = []
        clock = FakeClock(5.0)
        self.webcam = Webcam(self.devices.open, clock, self.told.append, self.timer)

    async def kinds(self) -> list[str]:
        """The notices so far, once the loop has had its turn."""
        await asyncio.sleep(0)
        return [event.kind for event in self.told if isinstance(event, Notice)]


@pytest.fixture
async def parts() -> AsyncIterator[Parts]:
    made = Parts()
    yield made
    await made.webcam.aclose()


async def test_the_newest_picture_is_repeated_thirty_times_a_second(
    parts: Parts, make_update: Make
) -> None:
    one, two, three = (make_update(n, luma=16 * n) for n in (1, 2, 3))
    await parts.webcam.show(one)
    await parts.timer.reached()
    await parts.webcam.show(two)
    await parts.webcam.show(three)
    for _ in range(30):
        await parts.timer.pass_on()
    assert parts.devices.pictures == [one.i420, *([three.i420] * 30)]
    assert parts.timer.now == pytest.approx(1.0)
    assert parts.webcam.sent == 31
    assert await parts.kinds() == ["webcam"]


async def test_a_slow_device_gets_no_burst_afterwards(parts: Parts, make_update: Make) -> None:
    parts.devices.slow_s = 0.1
    await parts.webcam.show(make_update(1))
    await parts.timer.reached()
    for _ in range(5):
        await parts.timer.pass_on()
    parts.devices.slow_s = 0.0
    before = len(parts.devices.pictures)
    await parts.timer.pass_on()
    since = parts.timer.now
    for _ in range(3):
        await parts.timer.pass_on()
    assert parts.timer.now - since == pytest.approx(0.1)
    assert len(parts.devices.pictures) - before == 4


async def test_a_device_that_is_lost_is_told_once_and_tried_until_it_is_back(
    parts: Parts, make_update: Make
) -> None:
    await parts.webcam.show(make_update(1))
    await parts.timer.reached()
    parts.devices.broken, parts.devices.missing = True, 8
    await parts.timer.pass_on()
    for _ in range(8):
        await parts.timer.pass_on()
    assert await parts.kinds() == ["webcam", "webcam_lost"]
    await parts.timer.pass_on()
    assert parts.timer.waits[1:10] == [*RETRY_S, RETRY_S[-1], RETRY_S[-1], RETRY_S[-1]]
    assert await parts.kinds() == ["webcam", "webcam_lost", "webcam"]
    lost = parts.told[1]
    assert isinstance(lost, Notice)
    assert "no such device" in lost.text
    assert lost.at_s == 5.0
    assert (parts.devices.closed, len(parts.devices.pictures)) == (1, 2)


async def test_a_device_that_was_never_there_is_told_with_the_remedy(
    parts: Parts, make_update: Make
) -> None:
    parts.devices.missing = 1
    await parts.webcam.show(make_update(1))
    await parts.timer.reached()
    assert await parts.kinds() == ["webcam_lost"]
    assert "Plug it in." in str(parts.told[0])
    await parts.timer.pass_on()
    assert await parts.kinds() == ["webcam_lost", "webcam"]


async def test_the_device_is_given_back_at_the_end(parts: Parts, make_update: Make) -> None:
    await parts.webcam.show(make_update(1))
    await parts.timer.reached()
    await parts.webcam.aclose()
    assert parts.devices.closed == 1
    sent = parts.webcam.sent
    await parts.webcam.show(make_update(2))
    assert parts.webcam.sent == sent


async def test_another_size_opens_the_device_anew(parts: Parts, make_update: Make) -> None:
    await parts.webcam.show(make_update(1))
    await parts.timer.reached()
    small = PictureUpdate(2, 4, 2, b"\x40" * 12, (), 0.0)
    await parts.webcam.show(small)
    await parts.timer.pass_on()
    assert parts.devices.sizes[-1] == (4, 2)
    assert parts.devices.pictures[-1] == small.i420
    assert parts.devices.closed == 1


@given(st.lists(st.floats(0, 2), max_size=50), st.floats(0, 1e6))
def test_the_schedule_never_drifts(late: list[float], start_s: float) -> None:
    schedule, now_s = Schedule(30, start_s), start_s
    for number, seconds in enumerate(late, 1):
        wait_s = schedule.next_s(now_s)
        assert 0 <= wait_s <= 1 / 30 + 1e-6
        due = start_s + (number + schedule.skipped) / 30
        assert now_s + wait_s >= due - 1e-6
        assert now_s - due < 1 / 30 + 1e-6
        now_s += wait_s + seconds


def answer(driver: str, card: str, abilities: int, own: int) -> bytes:
    """What a driver says of itself, as videodev2.h lays it out."""
    names = driver.encode(), card.encode(), b"platform:v4l2loopback-010"
    return struct.pack("=16s32s32s6I", *names, 0x60156, abilities, own, 0, 0, 0)


@pytest.mark.parametrize(
    ("own", "free"),
    [(0x05200002, True), (0x05200001, False), (0x05200003, True)],
    ids=["output only", "capture only", "both"],
)
def test_a_loopback_device_is_free_while_it_takes_pictures(own: int, free: bool) -> None:
    found = parse_answer("/dev/video10", answer("v4l2 loopback", "Dragoman", 0x85200003, own))
    assert found == Loopback("/dev/video10", "Dragoman", free)


def test_other_cameras_are_left_alone(tmp_path: Path) -> None:
    assert parse_answer("/dev/video0", answer("uvcvideo", "Camera", 0x84A00001, 1)) is None
    (tmp_path / "video0").write_bytes(b"no device")
    (tmp_path / "video").write_bytes(b"no number")
    (tmp_path / "video2").mkdir()
    refused = loopbacks(tmp_path)
    assert [one.path for one in refused] == [str(tmp_path / "video2")]
    assert refused[0].refused


def test_the_remedy_fits() -> None:
    free = Loopback("/dev/video1", "A", True)
    busy = Loopback("/dev/video2", "B", False)
    closed = Loopback("/dev/video3", "", False, "Permission denied")
    assert remedy("/dev/video9", [free]) == LOAD
    assert remedy("/dev/video2", [free, busy]) == TAKEN
    assert remedy("/dev/video3", [busy, closed]) == MAY_NOT
    assert remedy(None, []) == LOAD
    assert remedy(None, [busy]) == TAKEN
