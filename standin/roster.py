"""Who is in the meeting, as one guest's page and data channel show it."""

import time
from typing import TYPE_CHECKING, Any

from standin.guest import Guest
from standin.wire import IN_CALL, NOT_IN_CALL, RosterEntry, roster_message

if TYPE_CHECKING:
    from standin.room import Room

_FIRST_GUEST_STREAM = 77_000


def people_for(room: "Room", viewer: Guest) -> list[dict[str, Any]]:
    """Everybody as a guest's page shows them; the guest comes first."""
    out = [_person(viewer.device_id, viewer.name, mic=viewer.mic, self=True)]
    for other in room.in_call():
        if other is not viewer:
            out.append(_person(other.device_id, other.name, mic=other.mic))
    for who in room.present:
        person = room.script.participant(who)
        cohort = room.script.traps.merged_audio and who in _first_two(room)
        out.append(
            _person(room.device_id(who), person.name, mic=True, host=person.host, cohort=cohort)
        )
        if who == room.script.traps.presenting:
            out.append(_person(_screen(room, who), f"{person.name} (Presentation)", screen=True))
    return out


def roster_for(room: "Room", viewer: Guest) -> bytes:
    """The roster message for a guest."""
    entries = [
        RosterEntry(
            room.device_id(who),
            room.script.participant(who).name,
            IN_CALL if _listed(room, who) else NOT_IN_CALL,
            _stream(room, who),
            is_host=room.script.participant(who).host,
        )
        for who in [*room.present, *room.gone]
    ]
    entries += [
        RosterEntry(
            guest.device_id,
            guest.name,
            IN_CALL,
            _FIRST_GUEST_STREAM + guest.number,
            is_self=guest is viewer,
            muted=not guest.mic,
        )
        for guest in room.in_call()
    ]
    presenting = room.script.traps.presenting
    if presenting in room.present:
        name = room.script.participant(presenting).name
        parent = room.device_id(presenting)
        entries.append(RosterEntry(_screen(room, presenting), name, IN_CALL, 0, parent=parent))
    return roster_message(tuple(entries))


def _listed(room: "Room", who: str) -> bool:
    """Whether the channel says that somebody is there; it may lag behind who leaves."""
    left_s = room.left_monotonic_s.get(who, 0.0)
    return who in room.present or time.monotonic() - left_s < room.script.traps.roster_lag_s


def _stream(room: "Room", who: str) -> int:
    """The contributing source of somebody's own; 0 where another's carries the sound."""
    shared = room.script.traps.merged_audio and who == room.script.participants[1].id
    return 0 if shared else room.stage.stream_ids[who]


def _first_two(room: "Room") -> list[str]:
    return [person.id for person in room.script.participants[:2]]


def _screen(room: "Room", who: str) -> str:
    return f"{room.device_id(who)}9"


def _person(device_id: str, name: str, **facts: bool) -> dict[str, Any]:
    return {"id": device_id, "name": name, **facts}
