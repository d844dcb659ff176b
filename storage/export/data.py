"""Transcripts for programs: one JSON object, described in docs/exports.md."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.languages import primary
from domain.meetings import Meeting
from domain.serving import Notes
from storage.codec import segment_to_json
from storage.export.transcript import Mode, Transcript
from storage.facts import DELIVERED
from storage.notes import to_json as to_json_notes

SCHEMA = "dragoman.transcript/1"


def to_json(transcript: Transcript, languages: Sequence[str], mode: Mode) -> str:
    """Everything that is known; ORIGINAL leaves translations out, else `languages` stay."""
    wanted = set() if mode is Mode.ORIGINAL else {primary(code) for code in languages}
    segments = [segment_to_json(segment) for segment in transcript.segments]
    for segment in segments:
        del segment["meeting_id"], segment["version"]
        kept = segment["translations"].items()
        segment["translations"] = {c: t for c, t in kept if primary(c) in wanted}
    value = {
        "schema": SCHEMA,
        "version": transcript.version,
        "meeting": _meeting(transcript.meeting),
        "participants": [
            {
                "id": person.id,
                "name": person.name,
                "is_self": person.is_self,
                "joined_s": person.joined_s,
                "left_s": person.left_s,
            }
            for person in transcript.participants
        ],
        "segments": segments,
        "states": [
            {
                "state": change.state.value,
                "reason": change.reason.value,
                "at": change.at.isoformat(),
                "evidence": change.evidence,
            }
            for change in transcript.meeting.changes
        ],
        "gaps": [
            {
                "track": gap.track,
                "start_s": gap.start_s,
                "end_s": gap.end_s,
                "samples": gap.samples,
                "reason": gap.reason,
            }
            for gap in transcript.gaps
        ],
        "facts": {name: text for name, text in transcript.facts.items() if name != DELIVERED},
        "notes": to_notes(transcript.notes),
    }
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_notes(notes: Notes | None) -> dict[str, Any] | None:
    """Notes as a JSON object."""
    if notes is None:
        return None
    made_at = _iso(notes.made_at)
    return {
        "language": notes.language,
        "engine": notes.engine,
        "made_at": made_at,
        **to_json_notes(notes),
    }


def _meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "id": meeting.id,
        "link": meeting.link,
        "code": meeting.code,
        "name": meeting.name,
        "languages": list(meeting.languages),
        "state": meeting.state.value,
        "reason": meeting.reason.value,
        "created_at": meeting.created_at.isoformat(),
        "began_at": _iso(meeting.began_at),
        "ended_at": _iso(meeting.ended_at),
    }


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
