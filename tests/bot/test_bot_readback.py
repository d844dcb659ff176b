"""Is the camera's picture sent: repaired once, then told."""

from bot.readback import ReadBack


class Page:
    """A page that sends measurements, two seconds apart."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.repairs = 0
        self.on = True
        self.back = ReadBack(lambda kind, _text, _at_s: self.notices.append(kind))
        self.back.expected = lambda: self.on
        self.back.repair = self._repair
        self._frames, self._at_s = 0, 0.0

    def _repair(self) -> None:
        self.repairs += 1

    def measure(self, times: int, *, moves: bool = True, same: bool | None = True) -> None:
        for _ in range(times):
            self._at_s += 2.0
            self._frames += 60 if moves else 0
            self.back.take({"frames": self._frames, "same": same}, self._at_s)


def test_a_picture_that_leaves_is_told_once() -> None:
    page = Page()
    page.measure(5)
    assert page.notices == ["camera_sending"]
    assert page.back.arrives


def test_a_stalled_camera_is_repaired_once_and_told_when_that_fails() -> None:
    page = Page()
    page.measure(2)
    page.measure(4, moves=False)
    assert (page.notices, page.repairs) == (["camera_sending", "camera_stalled"], 1)
    page.measure(20, moves=False)
    assert (page.notices[2:], page.repairs) == (["camera_not_sent"], 1)
    assert not page.back.arrives
    page.measure(1)
    assert page.notices[3:] == ["camera_sending"]


def test_a_camera_that_never_sent_anything_is_repaired_too() -> None:
    page = Page()
    page.measure(5, moves=False, same=None)
    assert (page.notices, page.repairs) == (["camera_stalled"], 1)


def test_a_repair_that_works_is_told() -> None:
    page = Page()
    page.measure(2)
    page.measure(4, moves=False)
    page.measure(2)
    assert page.notices == ["camera_sending", "camera_stalled", "camera_sending"]


def test_another_picture_than_ours_is_repaired_after_three_readings() -> None:
    page = Page()
    page.measure(2)
    page.measure(2, same=False)
    page.measure(1)
    assert page.repairs == 0
    page.measure(3, same=False)
    assert page.repairs == 1
    page.measure(3, same=False)
    assert page.notices[-1] == "camera_not_sent"


def test_a_camera_that_is_off_need_not_send() -> None:
    page = Page()
    page.measure(2)
    page.on = False
    page.measure(10, moves=False, same=None)
    assert (page.notices, page.repairs) == (["camera_sending"], 0)


def test_what_the_page_measured_is_kept() -> None:
    back = ReadBack(lambda *_: None)
    back.take({"frames": "many"}, 0.0)
    assert back.frames_sent == 0
    back.take({"frames": 60, "same": None}, 1.0)
    assert (back.frames_sent, back.same) == (60, None)
