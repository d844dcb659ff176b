"""Meetings over the API: listed, invited, steered, followed."""

import json
from typing import Any

import pytest

from domain.meetings import MeetingState
from web.scripted_data import LIVE, OVER, QUEUED


async def test_pages_of_meetings_join_up_to_the_whole_list(api: Any) -> None:
    whole = (await api.get("/meetings?limit=100"))["meetings"]
    found, cursor = [], ""
    while cursor is not None:
        page = await api.get("/meetings", params={"limit": 2, "cursor": cursor})
        found += page["meetings"]
        cursor = page["next_cursor"]
    assert found == whole
    assert len(whole) == len(api.office.meetings) > 2


async def test_meetings_are_filtered(api: Any) -> None:
    states = [("state", "ended"), ("state", "failed")]
    page = await api.get("/meetings", params=states)
    assert {each["state"] for each in page["meetings"]} == {"ended", "failed"}


async def test_a_cursor_is_good_for_its_own_list_only(api: Any) -> None:
    cursor = (await api.get("/meetings?limit=1"))["next_cursor"]
    await api.get("/meetings", params={"limit": 3, "cursor": cursor})
    told = await api.get("/meetings", 422, params={"text": "x", "cursor": cursor})
    assert told["errors"][0]["pointer"] == "/cursor"
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for wrong in (changed, "x", "%ff", "é", "1", "A" * 500):
        await api.get("/meetings", 422, params={"limit": 1, "cursor": wrong})


async def test_a_meeting_tells_its_steps_and_never_its_endpoint(api: Any) -> None:
    told = await api.get(f"/meetings/{OVER}")
    assert told["id"] == OVER
    assert [step["state"] for step in told["states"]][-1] == "ended"
    assert "endpoint" not in told
    assert (await api.get(f"/meetings/{OVER[:6]}"))["id"] == OVER
    assert (await api.get(f"/meetings/{QUEUED}"))["place"] > 0
    assert (await api.get(f"/meetings/{LIVE}"))["live"] is True
    await api.get("/meetings/nothing", 404)


async def test_a_bot_is_sent_once(api: Any) -> None:
    body = {"link": "https://meet.google.com/qqq-wwww-eee", "languages": ["es", "pt-BR"]}
    async with api.ask("POST", "/meetings", json=body) as answer:
        assert answer.status == 201
        first = await answer.json()
        assert answer.headers["Location"] == f"/api/v1/meetings/{first['id']}"
    assert first["code"] == "qqq-wwww-eee"
    again = await api.send("POST", "/meetings", 200, json=body)
    assert again["id"] == first["id"]
    order, invitation = api.office.asked[0]
    assert (order, invitation.by, invitation.languages) == ("invite", "Owner", ("es", "pt-BR"))
    assert invitation.record is None
    await api.send("POST", "/meetings", 201, json={"link": "aaa-bbbb-ccc", "record": False})
    assert [i.record for order, i in api.office.asked if order == "invite"][-1] is False
    wrong = await api.send("POST", "/meetings", 422, json={"link": "https://evil.example/"})
    assert "meet.google.com" in wrong["detail"]


async def test_a_bot_obeys(api: Any) -> None:
    api.role = "operator"
    for order in ("pause", "resume", "leave"):
        await api.send("POST", f"/meetings/{LIVE}/{order}", 204)
    await api.send("PATCH", f"/meetings/{LIVE}/look", 204, json={"theme": "light", "large": True})
    assert api.office.asked == [
        ("pause", (LIVE, True)),
        ("pause", (LIVE, False)),
        ("leave", LIVE),
        ("look", (LIVE, {"theme": "light", "large": True})),
    ]
    over = await api.send("POST", f"/meetings/{OVER}/leave", 409)
    assert over["title"] == "This meeting is over."
    await api.send("POST", "/meetings/nothing/leave", 404)
    await api.send("PATCH", f"/meetings/{LIVE}/look", 422, json={})


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("viewer", "POST", "/meetings"),
        ("viewer", "GET", f"/meetings/{OVER}/export?format=txt"),
        ("operator", "GET", "/webhooks"),
        ("operator", "PUT", "/rules"),
    ],
)
async def test_a_lower_role_may_not(api: Any, role: str, method: str, path: str) -> None:
    api.role = role
    await api.send(method, path, 403, json={})
    api.role = "nobody"
    await api.send(method, path, 401, json={})


async def _events(answer: Any, many: int) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    fields: dict[str, str] = {}
    async for line in answer.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        fields[name] = value
        if line == b"\n":
            kind, data = fields.get("event", ""), json.loads(fields.get("data", "null"))
            found.append((fields.get("id", ""), kind, data))
            fields = {}
            if len(found) == many:
                break
    return found


async def test_events_are_followed_and_go_on_where_they_broke(api: Any) -> None:
    path = f"/meetings/{LIVE}/events?type=caption"
    async with api.ask("GET", path) as answer:
        assert answer.content_type == "text/event-stream"
        first = await _events(answer, 3)
    assert [kind for _, kind, _ in first] == ["caption"] * 3
    last = first[-1][0]
    api.live.say({"type": "caption", "id": "new", "stable": "<b>\u2028\n\r\ndata: x"})
    async with api.ask("GET", path, headers={"Last-Event-ID": last}) as answer:
        rest = await _events(answer, 6)
    assert min(int(number) for number, _, _ in rest) == int(last) + 1
    assert rest[-1][2] == {"type": "caption", "id": "new", "stable": "<b>\u2028\n\r\ndata: x"}


async def test_events_end_with_the_meeting(api: Any) -> None:
    entry = api.office.entry(LIVE)
    assert entry.meeting.state is MeetingState.IN_MEETING
    api.live.say({"type": "state", "state": "ended", "reason": "left"})
    async with api.ask("GET", f"/meetings/{LIVE}/events?type=state") as answer:
        found = await _events(answer, 100)
    assert found[-2][2]["state"] == "ended"
    assert found[-1][1] == "end"


async def test_events_of_a_meeting_that_is_not_live_are_refused(api: Any) -> None:
    told = await api.get(f"/meetings/{OVER}/events", 409)
    assert told["title"] == "This meeting is not live."
    await api.get(f"/meetings/{LIVE}/events", 422, headers={"Last-Event-ID": "x"})
    async with api.ask("HEAD", f"/meetings/{LIVE}/events") as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")


async def test_viewer_links_are_made_and_revoked(api: Any) -> None:
    path = f"/meetings/{LIVE}/viewer-links"
    made = await api.send("POST", path, 201)
    assert made["url"].endswith(f"/v/for-{LIVE}")
    late = {"expires_at": "2027-01-01T00:00:00+01:00"}
    assert (await api.send("POST", path, 201, json=late))["expires_at"] == late["expires_at"]
    for wrong in ("2020-01-01T00:00:00Z", "2027-01-01T00:00:00", "tomorrow", 5):
        await api.send("POST", path, 422, json={"expires_at": wrong})
    await api.send("DELETE", path, 204)
    assert api.desks.links.revoked == [LIVE]
    assert await api.get("/me") == {"name": "Owner", "role": "owner", "via": "token"}
