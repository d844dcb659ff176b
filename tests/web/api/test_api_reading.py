"""Transcripts, notes, calendars and webhooks over the API."""

from typing import Any

from web.scripted_data import FAILED, LIVE, OVER


async def test_a_transcript_is_read_in_pages(api: Any) -> None:
    whole = await api.get(f"/meetings/{OVER}/transcript?words=true")
    assert whole["next_cursor"] is None
    assert whole["segments"][0]["words"]
    found, cursor = [], ""
    while cursor is not None:
        page = await api.get(
            f"/meetings/{OVER}/transcript",
            params={"limit": 5, "cursor": cursor, "words": "true"},
        )
        found += page["segments"]
        cursor = page["next_cursor"]
    assert found == whole["segments"]
    starts = [segment["start_s"] for segment in found]
    assert starts == sorted(starts)


async def test_a_transcript_is_read_in_parts(api: Any) -> None:
    params = {"from_s": 20, "to_s": 40, "language": "es", "version": "live"}
    page = await api.get(f"/meetings/{OVER}/transcript", params=params)
    assert page["version"] == "live"
    assert all(s["end_s"] > 20 and s["start_s"] < 40 for s in page["segments"])
    languages = {t["language"] for s in page["segments"] for t in s["translations"]}
    assert languages == {"es"}
    assert page["segments"][0]["words"] is None
    await api.get(f"/meetings/{OVER}/transcript?version=other", 422)


async def test_a_correction_is_made_and_taken_back(api: Any) -> None:
    segment = (await api.get(f"/meetings/{OVER}/transcript"))["segments"][0]
    path = f"/meetings/{OVER}/segments/{segment['id']}"
    changed = await api.send("PATCH", path, 200, json={"text": "Good day."})
    assert (changed["text"], changed["corrected"]) == ("Good day.", True)
    back = await api.send("PATCH", path, 200, json={"text": ""})
    assert (back["text"], back["corrected"]) == (segment["text"], False)
    await api.send("PATCH", f"/meetings/{OVER}/segments/none", 404, json={"text": "x"})


async def test_a_segment_is_given_to_another_speaker_and_back(api: Any) -> None:
    segment = (await api.get(f"/meetings/{OVER}/transcript"))["segments"][0]
    path = f"/meetings/{OVER}/segments/{segment['id']}"
    changed = await api.send("PATCH", path, 200, json={"speaker": "Ben Carter", "text": "Yes."})
    assert (changed["speaker"], changed["text"], changed["corrected"]) == (
        "Ben Carter",
        "Yes.",
        True,
    )
    back = await api.send("PATCH", path, 200, json={"speaker": "", "text": ""})
    assert back == segment | {"words": back["words"]}
    await api.send("PATCH", path, 422, json={})
    await api.send("PATCH", path, 422, json={"speaker": "a\nb"})


async def test_a_recording_is_told_and_heard_in_parts(api: Any) -> None:
    api.role = "viewer"
    told = await api.get(f"/meetings/{OVER}/recording")
    assert told["pieces"][0]["segment_ids"][0] == "s00"
    assert [gap["reason"] for gap in told["gaps"]] == ["interrupted"]
    path = f"/meetings/{OVER}/recording.wav"
    async with api.ask("GET", path) as answer:
        whole = await answer.read()
        assert (answer.status, answer.headers["Accept-Ranges"]) == (200, "bytes")
        assert len(whole) == int(answer.headers["Content-Length"])
        tag = answer.headers["ETag"]
    for asked, first, last in (("bytes=0-43", 0, 43), ("bytes=99991-100002", 99991, 100002),
                               ("bytes=-7", len(whole) - 7, len(whole) - 1)):  # fmt: skip
        async with api.ask("GET", path, headers={"Range": asked, "If-Range": tag}) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
            assert await answer.read() == whole[first : last + 1]
    async with api.ask("GET", path, headers={"Range": "bytes=0-3", "If-Range": '"old"'}) as answer:
        assert (answer.status, await answer.read()) == (200, whole)
    async with api.ask("GET", path, headers={"Range": f"bytes={len(whole)}-"}) as answer:
        assert answer.status == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"
    async with api.ask("HEAD", path) as answer:
        assert int(answer.headers["Content-Length"]) == len(whole)
    await api.get(f"/meetings/{LIVE}/recording", 404)
    await api.get(f"/meetings/{LIVE}/recording.wav", 404)


async def test_a_speaker_is_renamed(api: Any) -> None:
    path = f"/meetings/{OVER}/speakers"
    done = await api.send("PATCH", path, 200, json={"speaker": "Ben Carter", "name": "Ben"})
    assert done["segments"] >= 1
    await api.send("PATCH", path, 404, json={"speaker": "Nobody", "name": "Ben"})
    await api.send("PATCH", path, 422, json={"speaker": "Ben", "name": "a\nb"})


async def test_a_transcript_is_exported_as_a_file(api: Any) -> None:
    api.role = "operator"
    async with api.ask("GET", f"/meetings/{OVER}/export?format=srt&language=es") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="meeting.')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert b"Ana Ruiz" in await answer.read()
    await api.get(f"/meetings/{OVER}/export?format=exe", 422)


async def test_what_was_said_is_found(api: Any) -> None:
    page = await api.get("/search?q=budget&limit=1")
    hit = page["hits"][0]
    (first, last), *_ = hit["marks"]
    assert hit["excerpt"][first:last].lower() == "budget"
    more = await api.get("/search", params={"q": "budget", "cursor": page["next_cursor"]})
    assert more["hits"][0] != hit
    await api.get("/search", 422)
    inside = await api.get(f"/search?q=budget&meeting_id={OVER[:7]}")
    assert {hit["meeting_id"] for hit in inside["hits"]} == {OVER}
    await api.get("/search?q=budget&meeting_id=none", 422)


async def test_notes_are_made_read_and_asked(api: Any) -> None:
    notes = await api.get(f"/meetings/{OVER}/notes")
    assert notes["meeting_id"] == OVER
    assert all(point["segment_ids"] for point in notes["summary"])
    await api.get(f"/meetings/{LIVE}/notes", 404)
    await api.send("POST", f"/meetings/{FAILED}/notes", 409)
    await api.send("POST", f"/meetings/{OVER}/notes", 200, json={"language": "es"})
    asked = {"question": "Who books the flights?"}
    answer = await api.send("POST", f"/meetings/{OVER}/questions", 200, json=asked)
    assert answer["citations"]
    await api.get(f"/meetings/{LIVE}/catch-up?language=es&until_s=60")


async def test_events_to_come_are_decided(api: Any) -> None:
    window = {"since": "2026-03-04T00:00:00Z", "until": "2026-03-06T00:00:00Z"}
    events = (await api.get("/coming", params=window))["events"]
    assert events
    given = {"event_key": events[0]["event_key"], "decision": "skip"}
    told = await api.send("PUT", "/coming/decision", 200, json=given)
    assert (told["decision"], told["why"]) == ("skip", "Owner")
    await api.send("PUT", "/coming/decision", 404, json={**given, "event_key": "none"})
    await api.get("/coming?since=2026-03-04T00:00:00Z&until=2025-01-01T00:00:00Z", 422)
    await api.get("/coming?since=9999-12-31T23:59:59Z", 422)


async def test_calendars_tell_no_secrets(api: Any) -> None:
    options = {"title": "Mine", "address": "https://cal.example/x.ics", "password": "hush"}
    given = {"kind": "ics", "options": options}
    added = await api.send("POST", "/calendars", 201, json=given)
    calendars = (await api.get("/calendars"))["calendars"]
    assert added["id"] in [each["id"] for each in calendars]
    assert "hush" not in str(calendars)
    await api.send("DELETE", f"/calendars/{added['id']}", 204)
    await api.send("DELETE", f"/calendars/{added['id']}", 404)
    await api.send("POST", "/calendars", 422, json={"kind": "ics", "options": {"address": "x"}})


async def test_rules_are_not_lost_when_two_change_them(api: Any) -> None:
    async with api.ask("GET", "/rules") as answer:
        tag, rules = answer.headers["ETag"], await answer.json()
    rules["rules"].append({"name": "new", "decision": "join", "title": "*sync*"})
    match = {"If-Match": tag}
    changed = await api.send("PUT", "/rules", 200, json=rules, headers=match)
    assert changed["rules"][-1]["name"] == "new"
    assert await api.get("/rules") == changed
    await api.send("PUT", "/rules", 412, json=rules, headers=match)


async def test_webhooks_are_looked_after(api: Any) -> None:
    given = {"url": "https://hooks.example/x", "events": ["meeting.ended"]}
    made = await api.send("POST", "/webhooks", 201, json=given)
    assert made["secret"].startswith("whsec_")
    path = f"/webhooks/{made['id']}"
    assert "secret" not in await api.get(path)
    assert len((await api.get("/webhooks"))["webhooks"]) == 1
    sent = await api.send("POST", f"{path}/ping", 202)
    assert (await api.get(f"{path}/deliveries"))["deliveries"] == [sent]
    await api.send("POST", f"{path}/deliveries/{sent['id']}/replay", 202)
    await api.send("POST", f"{path}/deliveries/none/replay", 404)
    off = await api.send("PATCH", path, 200, json={"active": False})
    assert (off["active"], off["events"]) == (False, ["meeting.ended"])
    await api.send("POST", f"{path}/ping", 409)
    await api.send("DELETE", path, 204)
    await api.get(path, 404)
    for wrong in (
        {"url": "http://localhost/", "events": ["meeting.ended"]},
        {"url": "ftp://x.example/", "events": ["meeting.ended"]},
        {"url": "https://x.example/", "events": []},
        {"url": "https://x.example/", "events": ["ping"]},
        {"url": "https://x.example/", "events": ["other"]},
    ):
        await api.send("POST", "/webhooks", 422, json=wrong)
