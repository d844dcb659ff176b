"""One bot per meeting, so many at a time, the others wait; what dies is marked."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from aiohttp import ClientSession

from domain.errors import DragomanError, UsageError
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange
from domain.serving import Invitation
from dragoman.evidence.shelf import Shelf
from dragoman.serve.bots import Bots
from dragoman.serve.changes import ChangingSettings
from dragoman.serve.links import BotLinks
from dragoman.serve.watch import Watch, WatchRules
from dragoman.settings import Settings, load_settings
from dragoman.store import Stores, open_stores
from scheduler.launchers.scripted import ScriptedBot, ScriptedLauncher
from storage.bots import Heartbeat

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class Scene:
    """A server's bots without processes."""

    stores: Stores
    launcher: ScriptedLauncher
    watch: Watch
    bots: Bots
    clock: list[datetime] = field(default_factory=list)

    async def step(self, meeting_id: str, state: MeetingState, reason: Reason) -> None:
        await self.stores.meetings.change(meeting_id, StateChange(state, reason, NOON))

    async def changes(self, meeting_id: str) -> Sequence[StateChange]:
        meeting = await self.stores.meetings.get(meeting_id)
        assert meeting is not None
        return meeting.changes

    async def runs_another(self, bot: ScriptedBot) -> bool:
        return any(other is not bot for other in self.launcher.running())

    async def state(self, meeting_id: str) -> MeetingState:
        meeting = await self.stores.meetings.get(meeting_id)
        assert meeting is not None
        return meeting.state


def _settings(folder: Path, bots: int = 2) -> Settings:
    return load_settings(None, {"data": folder, "server": {"bots": bots}})


@asynccontextmanager
async def _scene(settings: Settings) -> AsyncIterator[Scene]:
    clock = [NOON]
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(settings))
        launcher = await stack.enter_async_context(ScriptedLauncher())
        links = await stack.enter_async_context(BotLinks())
        http = await stack.enter_async_context(ClientSession())
        watch = await stack.enter_async_context(
            Watch(
                stores, launcher, links,
                WatchRules(settings.server.bots, 120, settings.data_dir / "meetings"),
                now=lambda: clock[0],
                own_s=lambda: clock[0].timestamp(),
            )
        )  # fmt: skip
        yield Scene(
            stores, launcher, watch, Bots(ChangingSettings(settings), stores, watch, http), clock
        )


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with _scene(_settings(tmp_path)) as built:
        yield built


def _link(number: int) -> str:
    return f"https://meet.google.com/abc-defg-hi{'abcdefgh'[number]}"


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(15):
        for _ in count():
            if await true():
                return
            await asyncio.sleep(0.01)


async def test_an_invitation_starts_a_bot_and_a_second_one_finds_it(scene: Scene) -> None:
    first = await scene.bots.invite(
        Invitation(_link(0), ("es", "German"), spoken=("en",), record=True)
    )
    again = await scene.bots.invite(Invitation("abc-defg-hia"))
    assert (first.place, first.known, again.known) == (0, False, True)
    assert again.meeting.id == first.meeting.id
    assert first.meeting.languages == ("es", "de")
    assert [bot.meeting_id for bot in scene.launcher.running()] == [first.meeting.id]
    facts = await scene.stores.facts.facts(first.meeting.id)
    assert (facts["spoken"], facts["record"]) == ("en", "yes")


async def test_two_at_once_are_one(scene: Scene) -> None:
    both = await asyncio.gather(*(scene.bots.invite(Invitation(_link(0))) for _ in range(2)))
    assert both[0].meeting.id == both[1].meeting.id
    assert len(scene.launcher.running()) == 1


async def test_beyond_the_limit_they_wait_their_turn(scene: Scene) -> None:
    placed = [await scene.bots.invite(Invitation(_link(number))) for number in range(4)]
    assert [p.place for p in placed] == [0, 0, 1, 2]
    assert placed[3].meeting.state is MeetingState.QUEUED
    await scene.bots.leave(placed[2].meeting.id)
    assert await scene.state(placed[2].meeting.id) is MeetingState.ENDED
    assert await scene.bots.place(placed[3].meeting.id) == 1
    first = placed[0].meeting.id
    await scene.step(first, MeetingState.STARTING, Reason.LAUNCHED)
    await scene.step(first, MeetingState.ENDED, Reason.LEFT)
    scene.launcher.running()[0].end(0)
    last = placed[3].meeting.id

    async def started() -> bool:
        return last in [bot.meeting_id for bot in scene.launcher.running()]

    await _until(started)


async def test_a_bot_that_is_killed_comes_back_in_the_same_meeting_and_not_for_ever(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.recovery.BACK_OFF_S", (0.0, 0.0, 0.0))
    placed = await scene.bots.invite(Invitation(_link(0)))
    meeting_id = placed.meeting.id
    await scene.step(meeting_id, MeetingState.STARTING, Reason.LAUNCHED)
    for _ in range(3):
        [bot] = scene.launcher.running()
        scene.clock[0] += timedelta(seconds=1)
        bot.end(-9)
        await _until(partial(scene.runs_another, bot))
    assert [c.reason for c in await scene.changes(meeting_id)].count(Reason.RECOVERING) == 3
    scene.launcher.running()[0].end(-9)

    async def failed() -> bool:
        return await scene.state(meeting_id) is MeetingState.FAILED

    await _until(failed)
    last = (await scene.changes(meeting_id))[-1]
    assert last.reason is Reason.INTERRUPTED
    assert "-9" in last.evidence
    kept = Shelf(tmp_path / "meetings" / meeting_id)
    await _until(lambda: asyncio.to_thread(lambda: len(kept.items()) == 4))
    reasons = [each.reason for each in kept.items()]
    assert reasons.count("recovering") == 3
    assert reasons.count("interrupted") == 1
    assert all(
        "-9" in each.error and "process was gone" in each.missing[0] for each in kept.items()
    )
    await scene.bots.invite(Invitation(_link(0)))
    assert len(scene.launcher.running()) == 1


async def test_a_bot_that_is_sent_away_while_it_comes_back_does_not_come(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.recovery.BACK_OFF_S", (0.5,))
    placed = await scene.bots.invite(Invitation(_link(0)))
    meeting_id = placed.meeting.id
    await scene.step(meeting_id, MeetingState.STARTING, Reason.LAUNCHED)
    await scene.stores.meetings.update(meeting_id, endpoint="http://127.0.0.1:9/live?token=x")
    scene.launcher.running()[0].end(-9)

    async def recovering() -> bool:
        return (await scene.changes(meeting_id))[-1].reason is Reason.RECOVERING

    await _until(recovering)
    await scene.bots.leave(meeting_id)
    assert (await scene.changes(meeting_id))[-1].reason is Reason.LEFT
    await asyncio.sleep(0.8)
    assert not scene.launcher.running()
    assert await scene.state(meeting_id) is MeetingState.ENDED


@pytest.mark.parametrize(
    ("state", "code", "reason"),
    [
        (MeetingState.STARTING, 22, Reason.INTERRUPTED),
        (MeetingState.STARTING, -15, Reason.STOPPED),
        (MeetingState.LEAVING, -9, Reason.HOST_ENDED),
    ],
)
async def test_a_bot_that_ended_or_was_leaving_does_not_come_back(
    scene: Scene, state: MeetingState, code: int, reason: Reason
) -> None:
    placed = await scene.bots.invite(Invitation(_link(0)))
    await scene.step(placed.meeting.id, state, Reason.HOST_ENDED)
    scene.launcher.running()[0].end(code)

    async def over() -> bool:
        return await scene.state(placed.meeting.id) in ENDINGS

    await _until(over)
    assert (await scene.changes(placed.meeting.id))[-1].reason is reason
    assert not scene.launcher.running()


async def test_meetings_of_other_processes_are_left_alone(scene: Scene) -> None:
    for number, state in enumerate((MeetingState.REQUESTED, MeetingState.STARTING)):
        meeting = Meeting(f"m{number}", "l", "c", "n", (), state, NOON)
        await scene.stores.meetings.create(meeting)
    scene.clock[0] = NOON + timedelta(hours=1)
    await scene.watch.look()
    assert not scene.launcher.running()
    assert await scene.state("m0") is MeetingState.REQUESTED
    assert await scene.state("m1") is MeetingState.STARTING
    await scene.stores.bots.beat(Heartbeat("m1", "elsewhere", 1, NOON, NOON))
    await scene.watch.look()
    assert await scene.state("m1") is MeetingState.FAILED


async def test_a_bot_whose_process_went_with_an_earlier_server_comes_back(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with _scene(settings) as before:
        meeting_id = (await before.bots.invite(Invitation(_link(0)))).meeting.id
        await before.step(meeting_id, MeetingState.STARTING, Reason.LAUNCHED)
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    async with _scene(settings) as after:
        beat = Heartbeat(meeting_id, socket.gethostname(), gone.pid, NOON, NOON)
        await after.stores.bots.beat(beat)

        async def back() -> bool:
            return [bot.meeting_id for bot in after.launcher.running()] == [meeting_id]

        await _until(back)
        assert (await after.changes(meeting_id))[-1].reason is Reason.RECOVERING


async def test_a_bot_that_is_not_heard_of_is_marked(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with _scene(settings) as before:
        placed = await before.bots.invite(Invitation(_link(0)))
        meeting_id = placed.meeting.id
        await before.step(meeting_id, MeetingState.STARTING, Reason.LAUNCHED)
        beat = Heartbeat(meeting_id, "elsewhere", 1, NOON, NOON + timedelta(seconds=30))
        await before.stores.bots.beat(beat)
        before.clock[0] = NOON + timedelta(seconds=149)
        await before.watch.look()
        assert await before.state(meeting_id) is MeetingState.STARTING
        before.clock[0] = NOON + timedelta(seconds=151)
        await before.watch.look()
        assert await before.state(meeting_id) is MeetingState.FAILED
        assert await before.stores.bots.heartbeats() == []


async def test_wrong_requests_are_refused(scene: Scene) -> None:
    for invitation in (Invitation("nonsense"), Invitation(_link(0), ("Klingon",))):
        with pytest.raises(UsageError):
            await scene.bots.invite(invitation)
    with pytest.raises(UsageError, match="no meeting"):
        await scene.bots.leave("nothing")
    placed = await scene.bots.invite(Invitation(_link(1)))
    await scene.step(placed.meeting.id, MeetingState.STARTING, Reason.LAUNCHED)
    with pytest.raises(DragomanError, match="does not answer"):
        await scene.bots.pause(placed.meeting.id, True)
    await scene.step(placed.meeting.id, MeetingState.ENDED, Reason.LEFT)
    with pytest.raises(UsageError, match="over: left"):
        await scene.bots.leave(placed.meeting.id)
