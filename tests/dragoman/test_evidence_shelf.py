"""Evidence on the disk: named safely, listed, bounded, for its owner alone; and when it is kept."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.evidence import PageEvidence
from domain.errors import StorageError, UsageError
from domain.evidence import Evidence
from domain.meetings import MeetingState, Reason, StateChange
from dragoman.evidence.keeper import EvidenceKeeper, failed, failure_kept, keep
from dragoman.evidence.shelf import FOLDER, INDEX, MOST, Shelf
from dragoman.evidence.tail import BYTES, last_fault, tail

AT = datetime(2026, 3, 4, 9, 42, tzinfo=UTC)
FAULT = b'{"level": "ERROR", "message": "hearing failed", "exception": "Traceback\\nKeyError: 1"}\n'


def piece(reason: str = "removed") -> Evidence:
    return Evidence("", AT, reason, "You've been <b>removed</b>")


def test_what_is_kept_can_be_listed_and_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.items() == []
    made = shelf.keep(piece(), {"png": b"picture", "log": b"lines"})
    assert shelf.items() == [made]
    assert [(file.media_type, file.size) for file in made.files] == [
        ("image/png", 7), ("text/plain", 5),
    ]  # fmt: skip
    assert shelf.file(made.files[0].name) == (made.files[0], b"picture")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / FOLDER).iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("name", ["", INDEX, "../bot.log", "/etc/passwd", "x.png", "..", "a/b"])
def test_only_what_the_index_names_can_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "bot.log").write_text("secret")
    shelf = Shelf(tmp_path)
    shelf.keep(piece("../../evil"), {"png": b"x"})
    with pytest.raises(UsageError):
        shelf.file(name)
    assert {path.parent for path in tmp_path.rglob("*.png")} == {tmp_path / FOLDER}


def test_the_oldest_goes_when_there_are_too_many(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    made = [shelf.keep(piece(), {"png": bytes([n])}) for n in range(MOST + 2)]
    assert shelf.items() == made[:1:-1]
    assert len(list((tmp_path / FOLDER).iterdir())) == MOST + 1


def test_a_torn_index_loses_one_line(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    made = shelf.keep(piece(), {})
    with (tmp_path / FOLDER / INDEX).open("a") as index:
        index.write('{"id": "torn')
    assert shelf.items() == [made]


def test_the_log_s_end_tells_the_last_fault(tmp_path: Path) -> None:
    assert tail(tmp_path) == b""
    line = b'{"level": "INFO", "message": "x"}\n'
    (tmp_path / "bot.log").write_bytes(line * 5000 + FAULT + line)
    end = tail(tmp_path)
    assert len(end) <= BYTES
    assert end.startswith(b'{"level"')
    assert last_fault(end) == "hearing failed: KeyError: 1"
    assert keep(tmp_path, "asked", "").error == "hearing failed: KeyError: 1"
    assert last_fault(line) == last_fault(b"no json\n[]\n") == ""


def step(state: MeetingState, reason: Reason) -> StateChange:
    return StateChange(state, reason, AT, "as seen")


@pytest.mark.parametrize(
    ("state", "reason", "wrong"),
    [
        (MeetingState.FAILED, Reason.DENIED, True),
        (MeetingState.LEAVING, Reason.REMOVED, True),
        (MeetingState.STARTING, Reason.RECOVERING, True),
        (MeetingState.LEAVING, Reason.INTERNAL_ERROR, True),
        (MeetingState.LEAVING, Reason.LEAVE_COMMAND, False),
        (MeetingState.ENDED, Reason.ALONE, False),
        (MeetingState.IN_MEETING, Reason.ADMITTED, False),
    ],
)
def test_what_counts_as_a_failure(state: MeetingState, reason: Reason, wrong: bool) -> None:
    assert failed(step(state, reason)) is wrong


async def test_a_failure_is_kept_once_and_the_end_waits_for_it(tmp_path: Path) -> None:
    looked = 0

    async def page() -> PageEvidence:
        nonlocal looked
        looked += 1
        await asyncio.sleep(0.05)
        return PageEvidence(picture=b"png")

    async with EvidenceKeeper(tmp_path, page) as keeper:
        keeper.note(step(MeetingState.STARTING, Reason.RECOVERING))
        await keeper.captured()
        assert looked == 1
        keeper.note(step(MeetingState.IN_MEETING, Reason.REJOINED))
        keeper.note(step(MeetingState.LEAVING, Reason.REMOVED))
        keeper.note(step(MeetingState.ENDED, Reason.REMOVED))
        asked = await keeper.asked()
    reasons = [item.reason for item in Shelf(tmp_path).items()]
    assert sorted(reasons) == ["asked", "recovering", "removed"]
    assert asked in [item.id for item in Shelf(tmp_path).items()]


def test_an_error_without_a_page_leaves_its_words(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_bytes(FAULT)
    with pytest.raises(StorageError), failure_kept(tmp_path):
        raise StorageError("No space.")
    (item,) = Shelf(tmp_path).items()
    assert (item.error, [file.media_type for file in item.files]) == ("No space.", ["text/plain"])
    assert item.missing == ("picture and archive: there was no page",)


async def test_evidence_that_cannot_be_kept_ends_no_session(tmp_path: Path) -> None:
    async def gone() -> PageEvidence:
        raise RuntimeError("the driver is gone")

    async with EvidenceKeeper(tmp_path, gone) as keeper:
        keeper.note(StateChange(MeetingState.STARTING, Reason.RECOVERING, AT))
        await keeper.captured()
    assert Shelf(tmp_path).items() == []


def test_an_index_of_no_text_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / INDEX).write_bytes(b"\xff\xfe{\n")
    made = Shelf(tmp_path).keep(piece(), {})
    assert Shelf(tmp_path).items() == [made]
