"""Bots whose end comes at a bad moment: nothing is done twice, and no fault ends the server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import DragomanError
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from dragoman.serve.links import BotLinks
from dragoman.serve.orphans import BLIND_S, Orphans
from dragoman.serve.returns import keep_sweeping
from dragoman.serve.watch import Watch, WatchRules
from dragoman.settings import load_settings
from dragoman.store import Stores, open_stores
from scheduler.launchers.local import LocalLauncher
from scheduler.launchers.scripted import ScriptedLauncher
from storage.bots import Heartbeat

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOST = socket.gethostname()


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    async with open_stores(load_settings(None, {"data": tmp_path})) as opened:
        yield opened


async def _queued(stores: Stores) -> Meeting:
    changes = (StateChange(MeetingState.QUEUED, Reason.ASKED, NOON),)
    meeting = Meeting("m1", "l", "c", "n", (), MeetingState.QUEUED, NOON, changes=changes)
    await stores.meetings.create(meeting)
    return meeting


async def _dead() -> int:
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    return process.pid


async def test_a_look_while_a_bot_s_death_is_being_stored_starts_no_second_one(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.recovery.BACK_OFF_S", (0.0, 0.0, 0.0))
    forget, storing = stores.bots.forget, asyncio.Event()

    async def slow(meeting_id: str) -> None:
        storing.set()
        await asyncio.sleep(0.3)
        await forget(meeting_id)

    monkeypatch.setattr(stores.bots, "forget", slow)
    async with AsyncExitStack() as stack:
        launcher = await stack.enter_async_context(ScriptedLauncher())
        links = await stack.enter_async_context(BotLinks())
        rules = WatchRules(2, 1e9, tmp_path / "meetings")
        watch = await stack.enter_async_context(Watch(stores, launcher, links, rules))
        meeting = await _queued(stores)
        await watch.look()
        change = StateChange(MeetingState.STARTING, Reason.LAUNCHED, NOON)
        await stores.meetings.change(meeting.id, change)
        await stores.bots.beat(Heartbeat(meeting.id, HOST, await _dead(), NOON, NOON))
        launcher.running()[0].end(-9)
        await storing.wait()
        await watch.look()
        async with asyncio.timeout(10):
            while not launcher.running():
                await asyncio.sleep(0.01)
        row = await stores.meetings.get(meeting.id)
    assert row is not None
    assert [change.reason for change in row.changes].count(Reason.RECOVERING) == 1


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
async def test_a_jump_of_the_wall_clock_kills_no_bot(stores: Stores, jump_s: float) -> None:
    wall, own = [NOON], [1000.0]
    orphans = Orphans(stores, 120.0, lambda: wall[0], lambda: own[0])
    meeting = await _queued(stores)
    beats = {meeting.id: Heartbeat(meeting.id, "elsewhere", 1, NOON, NOON)}

    async def found(later_s: float) -> Sequence[object]:
        own[0] += later_s
        wall[0] += timedelta(seconds=later_s)
        return await orphans.among([meeting], beats)

    assert not await found(1)
    wall[0] += timedelta(seconds=jump_s)
    assert not await found(1)
    beats[meeting.id] = Heartbeat(meeting.id, "elsewhere", 1, NOON, wall[0])
    assert not await found(BLIND_S)
    assert not await found(60)
    if jump_s > 0:
        assert await found(BLIND_S)


async def test_a_machine_that_starts_no_process_is_told_as_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    with pytest.raises(DragomanError, match="temporarily unavailable"):
        await LocalLauncher(("true",), tmp_path).launch("m1")


async def test_sweeping_goes_on_where_a_look_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def sweep() -> int:
        nonlocal looks
        looks += 1
        raise OSError(24, "Too many open files")

    async def pause(_: float) -> None:
        if looks == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr("dragoman.serve.returns.sweep", sweep)
    with pytest.raises(asyncio.CancelledError):
        await keep_sweeping(pause)
    assert looks == 2
