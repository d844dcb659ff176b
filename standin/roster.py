"""Who is in the meeting, as one guest's page and data channel show it."""

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
        out.append(_person(room.device_id(who), person.name, mic=True, host=person.host))
    return out


def roster_for(room: "Room", viewer: Guest) -> bytes:
    """The roster message for a guest."""
    entries = [
        RosterEntry(
            room.device_id(who),
            room.script.participant(who).name,
            IN_CALL if who in room.present else NOT_IN_CALL,
            room.stage.stream_ids[who],
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
    return roster_message(tuple(entries))


def _person(device_id: str, name: str, **facts: bool) -> dict[str, Any]:
    return {"id": device_id, "name": name, **facts}
