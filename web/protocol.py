"""The live page's messages: JSON objects with a type, sent in arrays."""

from typing import Any

from domain.captions import Caption
from domain.events import Notice
from domain.languages import name, own_name, right_to_left
from domain.meetings import StateChange
from domain.people import Participant
from domain.text import clean, clean_name
from web.live_state import LiveSnapshot

VERSION = 1

Message = dict[str, Any]


def hello(snapshot: LiveSnapshot) -> list[Message]:
    """Everything, for somebody who has just come."""
    return [
        meeting(snapshot),
        *(caption(each, snapshot) for each in snapshot.captions),
        *(state(each) for each in snapshot.changes),
        *(notice(each) for each in snapshot.notices),
        people(snapshot),
        levels(snapshot),
        stages(snapshot),
        listening(snapshot),
        recording(snapshot),
        sound(snapshot),
        picture(snapshot),
    ]


def meeting(snapshot: LiveSnapshot) -> Message:
    """What the meeting is called, and the languages it is translated into now."""
    return {
        "type": "snapshot",
        "version": VERSION,
        "title": clean(snapshot.title),
        "languages": [{"code": c, "name": own_name(c)} for c in snapshot.languages],
    }


def caption(caption: Caption, snapshot: LiveSnapshot) -> Message:
    """A caption's newest revision."""
    words = [word.text for word in caption.words]
    return {
        "type": "caption",
        "id": caption.id,
        "revision": caption.revision,
        "key": caption.speaker_key,
        "speaker": clean_name(caption.speaker),
        "colour": snapshot.colours.get(caption.speaker_key, 0),
        "language": caption.language,
        "rtl": right_to_left(caption.language),
        "stable": clean(caption.joiner.join(words[: caption.stable])),
        "draft": clean(caption.joiner.join(words[caption.stable :])),
        "joiner": caption.joiner,
        "final": caption.final,
        "start_s": caption.start_s,
        "age_s": max(0.0, caption.stamp_s - caption.heard_s),
        "doubt": caption.doubt,
        "translations": [
            {
                "language": each.language,
                "name": name(each.language),
                "rtl": right_to_left(each.language),
                "text": clean(each.text),
                "state": each.state.value,
                "engine": clean(each.engine),
                "error": clean(each.error),
            }
            for each in caption.translations
        ],
    }


def state(change: StateChange) -> Message:
    """A step of the meeting."""
    return {
        "type": "state",
        "state": change.state.value,
        "reason": change.reason.value,
        "at": change.at.isoformat(),
        "evidence": clean(change.evidence),
    }


def notice(notice: Notice) -> Message:
    """Something a person should know."""
    return {"type": "notice", "kind": notice.kind, "text": clean(notice.text), "at_s": notice.at_s}


def people(snapshot: LiveSnapshot) -> Message:
    """Everybody, those who left too."""
    return {"type": "people", "people": [_person(each, snapshot) for each in snapshot.people]}


def _person(person: Participant, snapshot: LiveSnapshot) -> Message:
    return {
        "id": person.id,
        "name": clean_name(person.name),
        "is_self": person.is_self,
        "present": person.left_s is None,
        "joined_s": person.joined_s,
        "colour": snapshot.colours.get(person.id, -1),
    }


def levels(snapshot: LiveSnapshot) -> Message:
    """How loud each track is."""
    return {
        "type": "levels",
        "gaps": snapshot.gaps,
        "levels": [
            {
                "track": meter.track,
                "name": clean_name(meter.name),
                "rms": round(meter.rms, 4),
                "peak": round(meter.peak, 4),
            }
            for meter in snapshot.meters
        ],
    }


def stages(snapshot: LiveSnapshot) -> Message:
    """How long each stage takes."""
    return {
        "type": "stages",
        "stages": {
            stage: {
                "p50_s": round(s.p50_s, 4),
                "p95_s": round(s.p95_s, 4),
                "p99_s": round(s.p99_s, 4),
                "count": s.count,
            }
            for stage, s in snapshot.stages.items()
        },
    }


def listening(snapshot: LiveSnapshot) -> Message:
    """Whether the bot listens, or pauses."""
    return {"type": "listening", "on": snapshot.listening}


def sound(snapshot: LiveSnapshot) -> Message:
    """Where the sound comes from, and what is wrong with it."""
    now = snapshot.sound
    return {
        "type": "sound",
        "path": now.path if now else "none",
        "reason": clean(now.reason) if now else "",
        "since_s": now.since_s if now else 0.0,
        "alarms": [clean(alarm) for alarm in now.alarms] if now else [],
    }


def recording(snapshot: LiveSnapshot) -> Message:
    """Whether the sound is kept now."""
    return {"type": "recording", "on": snapshot.recording}


def picture(snapshot: LiveSnapshot) -> Message:
    """The number of the newest picture, and its look where that may be changed."""
    look = {"look": dict(snapshot.look)} if snapshot.look else {}
    return {"type": "picture", "number": snapshot.picture, **look}
