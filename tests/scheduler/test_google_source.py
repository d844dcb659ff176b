"""Google's API: pages, tokens, refusals, patience, and what its events say."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from domain.calendars import CalendarError
from domain.errors import UsageError
from scheduler.calendars.google import GoogleSource
from scheduler.calendars.google_auth import Consent, service_account
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Web
from scheduler.standins.google import GoogleStandIn, rate_limited
from scheduler.standins.serving import served

WINDOW = (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))
READER = Reader("c1", own=frozenset({"bot@example.org"}))


def event(event_id: str, hour: int = 9, **more: Any) -> dict[str, Any]:
    return {
        "id": event_id,
        "summary": f"Event {event_id}",
        "start": {"dateTime": f"2026-03-30T{hour:02}:00:00+02:00"},
        "end": {"dateTime": f"2026-03-30T{hour + 1:02}:00:00+02:00"},
        **more,
    }


@pytest.fixture
def server() -> GoogleStandIn:
    return GoogleStandIn()


@pytest.fixture
async def address(server: GoogleStandIn) -> AsyncIterator[str]:
    async with served(server.app) as at:
        yield at


@pytest.fixture
def source(server: GoogleStandIn, address: str, web: Web) -> GoogleSource:
    access = Consent(web, "client", "hush", "refresh", f"{address}/token")
    base = f"{address}/calendar/v3"
    return GoogleSource("ana+x@example.org", READER, web, access, base=base)


async def test_pages_then_changes(server: GoogleStandIn, source: GoogleSource) -> None:
    for n in range(5):
        server.put(event(f"e{n}"))
    first = await source.sync("", *WINDOW)
    assert ([e.uid for e in first.events], first.full) == (["e0", "e1", "e2", "e3", "e4"], True)
    assert [query.get("pageToken") for query in server.asked] == [None, "2", "4"]
    assert {query["singleEvents"] for query in server.asked} == {"true"}
    server.put(event("e1", 15))
    server.cancel("e3")
    changes = await source.sync(first.cursor, *WINDOW)
    assert [(e.uid, e.start.hour) for e in changes.events] == [("e1", 13)]
    assert (list(changes.gone), changes.full) == (["c1/e3/"], False)
    assert len(server.grants) == 1, "one access token serves until it ends"


async def test_a_token_that_is_gone_brings_everything(
    server: GoogleStandIn, source: GoogleSource
) -> None:
    server.put(event("a"))
    first = await source.sync("", *WINDOW)
    server.forget_tokens()
    again = await source.sync(first.cursor, *WINDOW)
    assert (again.full, [e.uid for e in again.events]) == (True, ["a"])
    assert "syncToken" not in server.asked[-1]


async def test_an_access_token_that_ended_is_refreshed_once(
    server: GoogleStandIn, source: GoogleSource
) -> None:
    server.put(event("a"))
    await source.sync("", *WINDOW)
    server.revoke()
    assert len((await source.sync("", *WINDOW)).events) == 1
    assert len(server.grants) == 2
    server.faults.extend([(401, {}, {}), (401, {}, {}), (401, {}, {})])
    with pytest.raises(CalendarError, match="401") as caught:
        await source.sync("", *WINDOW)
    assert not caught.value.retry
    assert len(server.grants) == 3


async def test_busy_servers_get_time(
    server: GoogleStandIn, source: GoogleSource, slept: list[float]
) -> None:
    server.put(event("a"))
    server.faults.extend([rate_limited(), rate_limited(429, **{"Retry-After": "7"}), (503, {}, {})])
    assert len((await source.sync("", *WINDOW)).events) == 1
    assert len(slept) == 3
    assert 1 <= slept[0] <= 2
    assert slept[1] == 7
    assert 4 <= slept[2] <= 8


async def test_patience_has_an_end(
    server: GoogleStandIn, source: GoogleSource, slept: list[float]
) -> None:
    server.faults.extend([(500, {}, {})] * 9)
    with pytest.raises(CalendarError, match="500") as caught:
        await source.sync("", *WINDOW)
    assert caught.value.retry
    assert len(slept) == 4
    server.faults.clear()
    server.faults.append(rate_limited(429, **{"Retry-After": "3600"}))
    with pytest.raises(CalendarError, match="3600"):
        await source.sync("", *WINDOW)


async def test_no_access_is_told(server: GoogleStandIn, source: GoogleSource) -> None:
    errors = {"error": {"errors": [{"reason": "forbidden"}]}}
    server.faults.append((403, errors, {}))
    with pytest.raises(CalendarError, match="403") as caught:
        await source.sync("", *WINDOW)
    assert not caught.value.retry
    server.granted, server.refuse_grants = 99, "invalid_grant"
    source_without = await source.health()
    assert source_without.ok is False
    assert "hush" not in source_without.found + source_without.remedy


async def test_what_events_say(server: GoogleStandIn, source: GoogleSource) -> None:
    server.page = 50
    phone = {"entryPointType": "phone", "uri": "tel:+1-234"}
    video = {"entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij"}
    server.put(
        event(
            "full",
            conferenceData={"entryPoints": [phone, video]},
            organizer={"email": "Ana@Example.org", "displayName": "Ana"},
            attendees=[
                {"email": "ana@example.org", "self": True, "responseStatus": "declined"},
                {"email": "bot@example.org"},
                {"email": "room@example.org", "resource": True},
            ],
        )
    )
    server.put(event("hidden", description='<a href="https://meet.google.com/aaa-bbbb-ccc">x</a>'))
    server.put(
        event(
            "code",
            conferenceData={
                "conferenceId": "ddd-eeee-fff",
                "conferenceSolution": {"key": {"type": "hangoutsMeet"}},
            },
        )
    )
    server.put({"id": "day", "start": {"date": "2026-03-30"}, "end": {"date": "2026-03-31"}})
    server.put(
        event(
            "s_20260330T070000Z",
            recurringEventId="s",
            originalStartTime={"dateTime": "2026-03-30T09:00:00", "timeZone": "Europe/Berlin"},
        )
    )
    server.put({"id": "odd", "start": {"date": "someday"}, "end": {}})
    told = {e.uid: e for e in (await source.sync("", *WINDOW)).events}
    assert set(told) == {"full", "hidden", "code", "day", "s"}
    assert told["full"].link == "https://meet.google.com/abc-defg-hij"
    assert (told["full"].declined, told["full"].invites_bot) == (True, True)
    assert told["full"].attendees == ("ana@example.org", "bot@example.org")
    assert told["full"].organiser == "Ana <ana@example.org>"
    assert told["hidden"].link == "https://meet.google.com/aaa-bbbb-ccc"
    assert told["code"].link == "https://meet.google.com/ddd-eeee-fff"
    assert (told["day"].all_day, f"{told['day'].start:%d %H:%M}") == (True, "29 22:00")
    assert told["s"].occurrence == "2026-03-30T07:00:00+00:00"


async def test_a_cancelled_occurrence_is_known_by_its_id_alone(
    server: GoogleStandIn, source: GoogleSource
) -> None:
    cursor = (await source.sync("", *WINDOW)).cursor
    server.cancel("s_20260330T070000Z")
    server.cancel("d_20260330")
    changes = await source.sync(cursor, *WINDOW)
    assert list(changes.gone) == [
        "c1/s/2026-03-30T07:00:00+00:00",
        "c1/d/2026-03-29T22:00:00+00:00",
    ]


async def test_a_service_account_signs_its_requests(
    server: GoogleStandIn, address: str, web: Web
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    told = {"client_email": "svc@example.org", "private_key": pem, "token_uri": "http://forbidden"}
    access = service_account(web, json.dumps(told), "ana@example.org", f"{address}/token")
    assert await access.token() == "token-1"
    head, claims, signature = server.grants[0]["assertion"].split(".")

    def raw(part: str) -> bytes:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    key.public_key().verify(
        raw(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    read = json.loads(raw(claims))
    assert (read["iss"], read["sub"]) == ("svc@example.org", "ana@example.org")
    assert (read["aud"], read["exp"] - read["iat"]) == (f"{address}/token", 3600)
    assert pem not in repr(access)
    with pytest.raises(UsageError):
        service_account(web, "{}")
