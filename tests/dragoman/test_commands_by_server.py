"""Commands that go through a server: a real API and guard, with scripted bots behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.accounts import Role
from domain.engines import Health
from domain.meetings import MeetingState, Reason, StateChange
from domain.serving import Invitation, MeetingEntry
from dragoman.cli import main
from dragoman.commands.handing import follow
from dragoman.reach import Way
from dragoman.serve import door
from storage.account_memory import memory_access_stores
from web.api.routes import api_routes
from web.api.scripted import scripted_desks
from web.auth.served import Tried, guarded
from web.health import HealthRoutes
from web.scripted import Office
from web.scripted_data import LIVE, NOW

FIGURES = f"""# TYPE dragoman_heartbeat_age_seconds gauge
dragoman_heartbeat_age_seconds{{meeting="{LIVE}"}} 4.0
# TYPE dragoman_sound_age_seconds gauge
dragoman_sound_age_seconds{{meeting="{LIVE}"}} 0.5
"""


class House:
    """A served API whose door stands open in a data folder."""

    def __init__(self, folder: Path, office: Office, tried: Tried) -> None:
        self.folder, self.office, self.tried = folder, office, tried
        self.ready = True

    async def run(self, *arguments: str) -> int:
        return await asyncio.to_thread(main, [*arguments, "--data", str(self.folder)])

    def open_meetings(self, most: int) -> None:
        """Leaves only so many meetings without an end, the live one first."""
        found = [e for e in self.office.meetings if e.meeting.state not in ENDED]
        found.sort(key=lambda entry: entry.meeting.id != LIVE)
        kept = [e for e in self.office.meetings if e.meeting.state in ENDED]
        self.office.meetings[:] = [*found[:most], *kept]

    def step(self, meeting_id: str, state: MeetingState, reason: Reason) -> None:
        place, entry = next(
            (n, e) for n, e in enumerate(self.office.meetings) if e.meeting.id == meeting_id
        )
        meeting = entry.meeting
        at = NOW + timedelta(minutes=len(meeting.changes))
        changes = (*meeting.changes, StateChange(state, reason, at))
        meeting = replace(meeting, state=state, reason=reason, changes=changes)
        self.office.meetings[place] = MeetingEntry(meeting)

    async def asked(self, order: str) -> None:
        async with asyncio.timeout(30):
            while not any(each == order for each, _ in self.office.asked):
                await asyncio.sleep(0.02)


ENDED = (MeetingState.ENDED, MeetingState.FAILED)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    office = Office()
    houses: list[House] = []

    async def ready() -> dict[str, Health]:
        return {"database": Health(houses[0].ready, "")}

    async def figures() -> tuple[bytes, str]:
        return FIGURES.encode(), "text/plain"

    routes = [*api_routes(scripted_desks(office)), *HealthRoutes(ready, figures).routes()]
    async with guarded(memory_access_stores(), routes) as tried:
        houses.append(House(tmp_path, office, tried))
        with door.held(tmp_path) as held, held.opened(tried.address, tried.guard.local_token):
            yield houses[0]


async def test_join_hands_the_invitation_over(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await house.run(
        "join", "abc-defg-hij", "--translate", "es,fr", "--speak", "en", "--name", "Lisa",
        "--no-follow",
    )  # fmt: skip
    told = capsys.readouterr()
    assert code == 0, told.err
    (order, invitation), *_ = house.office.asked
    assert order == "invite"
    assert isinstance(invitation, Invitation)
    assert (invitation.link, invitation.name, invitation.by) == (
        "abc-defg-hij", "Lisa", "command line",
    )  # fmt: skip
    assert invitation.languages == ("es", "fr")
    assert "Meeting new-0001" in told.out
    assert "starting" in told.out
    assert house.tried.address in told.err


async def test_join_follows_to_the_end_with_the_bots_exit_code(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    joining = asyncio.create_task(house.run("join", "abc-defg-hij"))
    await house.asked("invite")
    house.step("new-0001", MeetingState.LOBBY, Reason.KNOCKED)
    house.step("new-0001", MeetingState.FAILED, Reason.DENIED)
    assert await asyncio.wait_for(joining, 30) == 10
    told = capsys.readouterr().out
    assert told.index("lobby") < told.index("failed: denied")


async def test_what_only_an_own_bot_can_do_is_refused(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await house.run("join", "abc-defg-hij", "--png", "x.png") == 2
    told = capsys.readouterr().err
    assert "--png" in told
    assert "--here" in told
    assert house.office.asked == []


async def test_a_wrong_link_is_the_servers_to_refuse(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await house.run("join", "https://zoom.us/j/1") == 2
    assert "not a Google Meet link" in capsys.readouterr().err


async def test_orders_reach_the_bot(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.open_meetings(1)
    assert await house.run("pause") == 0
    assert await house.run("resume", LIVE) == 0
    assert house.office.asked == [("pause", (LIVE, True)), ("pause", (LIVE, False))]
    leaving = asyncio.create_task(house.run("leave"))
    await house.asked("leave")
    house.step(LIVE, MeetingState.ENDED, Reason.LEFT)
    assert await asyncio.wait_for(leaving, 30) == 0
    assert capsys.readouterr().out.strip().endswith("ended: left")
    assert await house.run("pause") == 2
    assert "No meeting is running" in capsys.readouterr().err


async def test_of_several_one_is_to_be_named(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = next(e.meeting.id for e in house.office.meetings if e.meeting.state in ENDED)
    assert await house.run("pause", ended) == 2
    assert "over" in capsys.readouterr().err
    for _ in range(2):
        await house.run(
            "join", f"abc-defg-hi{_}".replace("0", "a").replace("1", "b"), "--no-follow"
        )
    house.office.meetings[:] = house.office.meetings[:2]
    capsys.readouterr()
    assert await house.run("leave") == 2
    assert "Several meetings are running: new-0002, new-0001." in capsys.readouterr().err


async def test_status_tells_what_runs_and_how_it_is(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.open_meetings(1)
    assert await house.run("status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["server"], told["parts"]) == (house.tried.address, {"database": "ok"})
    (meeting,) = told["meetings"]
    assert (meeting["id"], meeting["live"], meeting["heartbeat_age_s"]) == (LIVE, True, 4.0)
    house.ready = False
    assert await house.run("status") == 1
    shown = capsys.readouterr().out
    assert "database failed" in shown
    assert "answers, sound 0 s" in " ".join(shown.split())


async def test_another_folders_server_is_asked_with_a_token(
    house: House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = house.tried.address
    monkeypatch.setenv("DRAGOMAN_CLIENT__TOKEN", house.tried.tokens[Role.VIEWER])
    server = ("--server", address)
    assert await asyncio.to_thread(main, ["meetings", "--json", "--limit", "3", *server]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in listed] == [e.meeting.id for e in house.office.meetings[:3]]
    assert any(each["states"] for each in listed)
    assert await asyncio.to_thread(main, ["meetings", *server]) == 0
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["pause", LIVE, *server]) == 2
    assert "role operator" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["meetings", "delete", LIVE, *server]) == 2
    assert "on its own machine" in capsys.readouterr().err
    monkeypatch.setenv("DRAGOMAN_CLIENT__TOKEN", "dgm_wrong")
    assert await asyncio.to_thread(main, ["status", *server]) == 6
    assert "refuses the token" in capsys.readouterr().err


async def test_a_server_that_is_started_again_is_followed_on(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.run("join", "abc-defg-hij", "--no-follow")
    token, asked = house.tried.guard.local_token, 0

    def find() -> Way:
        nonlocal asked
        asked += 1
        if asked == 2:
            house.step("new-0001", MeetingState.ENDED, Reason.HOST_ENDED)
        address = house.tried.address if asked > 1 else "http://127.0.0.1:9"
        return Way(address, token, own=True)

    ended = await follow(find, {"id": "new-0001"})
    assert (ended["reason"], asked) == ("host_ended", 2)
    assert capsys.readouterr().err.count("the bot goes on") == 1
