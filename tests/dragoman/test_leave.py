"""`dragoman leave` against a bot's real pages and a store in memory."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from domain.errors import DragomanError, UsageError
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from dragoman.cli import main
from dragoman.commands.leave import leave
from storage.memory import MemoryMeetingStore

TOKEN = "t0ken"


class Bot:
    """A bot's door: takes the order if the token is right, and ends the meeting."""

    def __init__(self, store: MemoryMeetingStore, meeting_id: str, *, deaf: bool) -> None:
        self.store = store
        self.meeting_id = meeting_id
        self.deaf = deaf
        self.asked = 0
        self.runner: web.AppRunner

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/live/leave", self.leave)
        app.router.add_get("/live", self.show)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/live?token={TOKEN}"

    async def show(self, request: web.Request) -> web.Response:
        return web.Response(status=200 if self.trusts(request) else 401)

    async def leave(self, request: web.Request) -> web.Response:
        if not self.trusts(request) or request.content_type != "application/json":
            return web.Response(status=401)
        self.asked += 1
        if not self.deaf:
            for state in (MeetingState.LEAVING, MeetingState.ENDED):
                change = StateChange(state, Reason.LEFT, datetime.now(UTC))
                await self.store.change(self.meeting_id, change)
        return web.json_response({}, status=202)

    def trusts(self, request: web.Request) -> bool:
        return not request.query and request.headers.get("Authorization") == f"Bearer {TOKEN}"


@pytest.fixture
def store() -> MemoryMeetingStore:
    return MemoryMeetingStore()


Running = Callable[..., Awaitable[Bot]]


@pytest.fixture
async def running(store: MemoryMeetingStore) -> AsyncIterator[Running]:
    """`await running(id)` starts a bot for a new meeting."""
    async with AsyncExitStack() as stack:

        async def start(meeting_id: str, *, deaf: bool = False) -> Bot:
            bot = Bot(store, meeting_id, deaf=deaf)
            endpoint = await bot.start()
            stack.push_async_callback(bot.runner.cleanup)
            await _store(store, meeting_id, endpoint)
            return bot

        yield start


async def _store(store: MemoryMeetingStore, meeting_id: str, endpoint: str) -> None:
    await store.create(
        Meeting(
            id=meeting_id,
            link="https://meet.google.com/abc-defg-hij",
            code="abc-defg-hij",
            name="Dragoman",
            languages=("es",),
            state=MeetingState.IN_MEETING,
            created_at=datetime.now(UTC),
            endpoint=endpoint,
        )
    )


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/live?token={TOKEN}"


@pytest.mark.parametrize("named", [None, "feedbeef", "feed"])
async def test_the_bot_is_asked_and_its_end_awaited(
    store: MemoryMeetingStore, running: Running, named: str | None
) -> None:
    bot = await running("feedbeef")
    ended = await leave(store, named)
    assert (ended.state, ended.reason, bot.asked) == (MeetingState.ENDED, Reason.LEFT, 1)


async def test_of_several_that_run_one_is_to_be_named(
    store: MemoryMeetingStore, running: Running
) -> None:
    one, other = await running("aaaa1111"), await running("bbbb2222")
    with pytest.raises(UsageError, match=r"bbbb2222.*dragoman leave ID"):
        await leave(store)
    assert (await leave(store, "aaaa")).id == "aaaa1111"
    assert (one.asked, other.asked) == (1, 0)


async def test_rows_of_bots_that_broke_off_are_passed_over(
    store: MemoryMeetingStore, running: Running
) -> None:
    await _store(store, "dead1111", _nobody())
    await _store(store, "dead2222", "")
    await running("feedbeef")
    assert (await leave(store)).id == "feedbeef"


async def test_none_runs(store: MemoryMeetingStore, running: Running) -> None:
    with pytest.raises(UsageError, match="No meeting is running"):
        await leave(store)
    with pytest.raises(UsageError, match="no meeting 'feed'"):
        await leave(store, "feed")
    await running("feedbeef")
    await leave(store)
    with pytest.raises(UsageError, match="is over: left"):
        await leave(store, "feedbeef")


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:1/live?token=x", "not an address"])
async def test_a_bot_that_does_not_answer(store: MemoryMeetingStore, endpoint: str) -> None:
    await _store(store, "feedbeef", endpoint)
    with pytest.raises(DragomanError, match=r"feedbeef does not answer.*SIGTERM"):
        await leave(store, within_s=0.1)


async def test_a_bot_that_does_not_leave(store: MemoryMeetingStore, running: Running) -> None:
    bot = await running("feedbeef", deaf=True)
    with pytest.raises(DragomanError, match="has not left within 0 s"):
        await leave(store, within_s=0.3)
    assert bot.asked == 1


def test_the_command_tells_it_in_two_lines(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["leave", "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "No meeting is running" in told
    assert len(told.strip().splitlines()) == 2
