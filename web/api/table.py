"""The table of operations: all of the API."""

from web.api import (
    calendars,
    events,
    evidence,
    links,
    meetings,
    notes,
    recordings,
    transcripts,
    webhooks,
)
from web.api.operation import Operation
from web.routes import Needs

BASE = "/api/v1"
_MEETING = f"{BASE}/meetings/{{meeting_id}}"
_WEBHOOK = f"{BASE}/webhooks/{{webhook_id}}"
_V, _O, _W = Needs.VIEWER, Needs.OPERATOR, Needs.OWNER
FILES = (
    "text/plain",
    "text/markdown",
    "application/x-subrip",
    "text/vtt",
    "application/json",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/pdf",
    "application/zip",
)

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", f"{BASE}/me", links.who_am_i, _V, "account"),
    Operation("GET", f"{BASE}/meetings", meetings.list_meetings, _V, "meetings"),
    Operation("POST", f"{BASE}/meetings", meetings.send_bot, _O, "meetings", 201, (200,)),
    Operation("GET", _MEETING, meetings.get_meeting, _V, "meetings"),
    Operation(
        "POST", f"{_MEETING}/leave", meetings.leave_meeting, _O, "meetings", 204, refusal=409
    ),
    Operation(
        "POST", f"{_MEETING}/pause", meetings.pause_meeting, _O, "meetings", 204, refusal=409
    ),
    Operation(
        "POST", f"{_MEETING}/resume", meetings.resume_meeting, _O, "meetings", 204, refusal=409
    ),
    Operation("PATCH", f"{_MEETING}/look", meetings.change_look, _O, "meetings", 204, refusal=409),
    Operation("GET", f"{_MEETING}/evidence", evidence.list_evidence, _O, "meetings"),
    Operation(
        "POST", f"{_MEETING}/evidence", evidence.keep_evidence, _O, "meetings", 201, refusal=409
    ),
    Operation(
        "GET",
        f"{_MEETING}/evidence/{{name}}",
        evidence.get_evidence_file,
        _O,
        "meetings",
        refusal=404,
        media=("image/png", "multipart/related", "text/plain"),
    ),
    Operation(
        "GET",
        f"{_MEETING}/events",
        events.follow_events,
        _V,
        "meetings",
        refusal=409,
        media=("text/event-stream",),
    ),
    Operation(
        "POST", f"{_MEETING}/viewer-links", links.make_viewer_link, _O, "viewer links", 201,
    ),
    Operation(
        "DELETE", f"{_MEETING}/viewer-links", links.revoke_viewer_links, _O, "viewer links", 204
    ),
    Operation("GET", f"{_MEETING}/transcript", transcripts.get_transcript, _V, "transcripts"),
    Operation(
        "PATCH",
        f"{_MEETING}/segments/{{segment_id}}",
        transcripts.correct_segment,
        _O,
        "transcripts",
        refusal=404,
    ),
    Operation(
        "PATCH", f"{_MEETING}/speakers", transcripts.rename_speaker, _O, "transcripts", refusal=404
    ),
    Operation(
        "GET", f"{_MEETING}/export", transcripts.export_transcript, _O, "transcripts", media=FILES
    ),
    Operation("GET", f"{_MEETING}/recording", recordings.get_recording, _V, "transcripts"),
    Operation(
        "GET", f"{_MEETING}/recording.wav", recordings.get_recording_sound, _V, "transcripts",
        also=(206,), refusals=(416,), media=("audio/wav",),
    ),
    Operation("GET", f"{BASE}/search", transcripts.search, _V, "transcripts"),
    Operation("GET", f"{_MEETING}/notes", notes.get_notes, _V, "notes"),
    Operation("POST", f"{_MEETING}/notes", notes.make_notes, _O, "notes", refusal=409),
    Operation("POST", f"{_MEETING}/questions", notes.ask_meeting, _V, "notes", refusal=409),
    Operation("GET", f"{_MEETING}/catch-up", notes.catch_up, _V, "notes", refusal=409),
    Operation("GET", f"{BASE}/coming", calendars.list_coming, _V, "calendars"),
    Operation(
        "PUT", f"{BASE}/coming/decision", calendars.decide_event, _O, "calendars", refusal=404
    ),
    Operation("GET", f"{BASE}/calendars", calendars.list_calendars, _W, "calendars"),
    Operation("POST", f"{BASE}/calendars", calendars.add_calendar, _W, "calendars", 201),
    Operation(
        "DELETE", f"{BASE}/calendars/{{calendar_id}}", calendars.remove_calendar, _W, "calendars",
        204, refusal=404,
    ),
    Operation("GET", f"{BASE}/rules", calendars.get_rules, _W, "calendars"),
    Operation(
        "PUT", f"{BASE}/rules", calendars.set_rules, _W, "calendars", refusals=(412,),
        max_bytes=512 * 1024,
    ),
    Operation("GET", f"{BASE}/webhooks", webhooks.list_webhooks, _W, "webhooks"),
    Operation("POST", f"{BASE}/webhooks", webhooks.add_webhook, _W, "webhooks", 201),
    Operation("GET", _WEBHOOK, webhooks.get_webhook, _W, "webhooks", refusal=404),
    Operation("PATCH", _WEBHOOK, webhooks.change_webhook, _W, "webhooks", refusal=404),
    Operation("DELETE", _WEBHOOK, webhooks.remove_webhook, _W, "webhooks", 204, refusal=404),
    Operation(
        "POST", f"{_WEBHOOK}/ping", webhooks.ping_webhook, _W, "webhooks", 202, refusal=404
    ),
    Operation(
        "GET", f"{_WEBHOOK}/deliveries", webhooks.list_deliveries, _W, "webhooks", refusal=404
    ),
    Operation(
        "POST",
        f"{_WEBHOOK}/deliveries/{{delivery_id}}/replay",
        webhooks.replay_delivery,
        _W,
        "webhooks",
        202,
        refusal=404,
    ),
)  # fmt: skip
