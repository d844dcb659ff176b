"""Calendars of an installation: real file, real database, real agenda; only the bots are not."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.calendars import Decision
from domain.errors import UsageError
from dragoman.cli import main
from dragoman.groups.calendar import CalendarGroup
from dragoman.serve.calendars import CalendarParts, open_calendars, tend_calendars
from dragoman.serve.fetch import AddressPolicy
from dragoman.serve.keys import Vault
from scheduler.standins.bots import ScriptedBots
from scheduler.standins.ics import IcsStandIn, ics_event
from scheduler.standins.serving import served
from storage.database import Database


def _event(uid: str, start: datetime, **more: str) -> str:
    return ics_event(
        uid,
        DTSTART=f"{start:%Y%m%dT%H%M%SZ}",
        DURATION="PT1H",
        SUMMARY=f"Meeting {uid}",
        LOCATION=f"https://meet.google.com/abc-defg-{uid}",
        **more,
    )


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "dragoman.db") as opened:
        yield opened


def parts(database: Database, *hosts: str) -> CalendarParts:
    group = CalendarGroup(addresses=("bot@example.org",))
    return CalendarParts(database, group, Vault(os.urandom(32)), AddressPolicy(hosts))


async def test_from_a_calendar_to_a_bot(database: Database) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    server, bots = IcsStandIn(), ScriptedBots(lambda: datetime.now(UTC))
    server.put(
        _event("aaa", soon, ATTENDEE="mailto:bot@example.org"),
        _event("bbb", soon + timedelta(hours=2)),
        _event("ccc", soon + timedelta(hours=3)),
    )
    these = parts(database, "127.0.0.1")
    async with served(server.app) as address, asyncio.timeout(30):
        async with tend_calendars(these, bots, bots) as desk:
            await desk.add("ics", {"address": f"{address}/calendar.ics", "title": "Team"})
            assert [each.link[-12:] for each in bots.invitations] == ["abc-defg-aaa"]
            now = datetime.now(UTC)
            coming = await desk.coming(now - timedelta(hours=1), now + timedelta(hours=24))
            decisions = [each.decision for each in coming]
            assert decisions == [Decision.JOIN, Decision.UNDECIDED, Decision.UNDECIDED]
            assert coming[0].meeting_id == "m1"
            await desk.decide(coming[1].event.key, Decision.JOIN, "Ana")
        async with tend_calendars(these, bots, bots) as desk:
            await asyncio.sleep(0.2)
            coming = await desk.coming(now - timedelta(hours=1), now + timedelta(hours=24))
    assert [each.decision for each in coming][1] is Decision.JOIN
    assert len(bots.invitations) == 1, "a restart sends no second bot"
    assert "If-None-Match" not in server.asked[0]
    assert "If-None-Match" in server.asked[-1], "after the restart only a change would be sent"
    rows = "".join(database_text(database))
    assert "calendar.ics" not in rows


def database_text(database: Database) -> list[str]:
    """What stands in the file."""
    path = Path(str(database.url.database))
    return [file.read_bytes().decode("latin-1") for file in path.parent.glob("dragoman.db*")]


async def test_addresses_of_the_own_network_are_refused_unless_allowed(database: Database) -> None:
    async with served(IcsStandIn().app) as address, open_calendars(parts(database)) as desk:
        with pytest.raises(UsageError, match="own network"):
            await desk.add("ics", {"address": f"{address}/calendar.ics"})
        assert await desk.calendars() == []


async def test_a_redirect_into_the_own_network_is_refused(database: Database) -> None:
    server = IcsStandIn()
    server.redirect = "http://127.0.0.2:1/secret"
    async with served(server.app) as address:
        async with open_calendars(parts(database, "127.0.0.1")) as desk:
            with pytest.raises(UsageError, match="own network"):
                await desk.add("ics", {"address": f"{address}/moved.ics", "title": "x"})


def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server = IcsStandIn()
    server.put(_event("aaa", datetime.now(UTC) + timedelta(hours=2)))
    config = tmp_path / "own.toml"
    config.write_text(f'data = "{tmp_path}/data"\n[access]\nfetch_hosts = ["127.0.0.1"]\n')

    def told(*words: str, code: int = 0) -> str:
        assert main(["calendars", *words, "--config", str(config)]) == code
        return "".join(capsys.readouterr())

    async def across() -> str:
        async with served(server.app) as address:
            new = ("add", "ics", f"{address}/calendar.ics", "--title", "Team")
            return await asyncio.to_thread(told, *new)

    assert "No calendars yet" in told("list")
    assert "Nothing is to come" in told("coming")
    assert "own network" in told("add", "ics", "http://10.0.0.1/x", code=2)
    assert "is watched" in asyncio.run(across())
    assert "Team" in told("list")
    (event,) = json.loads(told("coming", "--json"))
    assert (event["title"], event["decision"]) == ("Meeting aaa", "undecided")
    assert "approved by the command line" in told("approve", event["id"])
    assert "skipped by the command line" in told("skip", event["id"])
    assert "waits for approval" in told("undecide", event["key"])
    assert "no one calendar" in told("remove", "nothing", code=2)
    assert "cannot be reached" in told("sync", code=6)
    assert "reached" in told("list")
