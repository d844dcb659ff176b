"""What waits for one viewer: the newest of everything, however slow the viewer is."""

import asyncio
from collections.abc import Callable

from domain.audio import Gap, Level
from domain.captions import Caption
from domain.events import (
    CaptionRevised,
    Event,
    Listening,
    Notice,
    PictureShown,
    Recording,
    Retargeted,
    SoundPath,
    StageTimed,
)
from domain.hints import RosterHint
from domain.meetings import StateChange
from web import protocol
from web.live_state import LiveSnapshot

CAPACITY = 300
"""Captions, states and notices that may wait."""

_KINDS: dict[type, str] = {
    Level: "levels",
    Gap: "levels",
    StageTimed: "stages",
    PictureShown: "picture",
    RosterHint: "people",
    Listening: "listening",
    Recording: "recording",
    Retargeted: "meeting",
    SoundPath: "sound",
}

_BUILDERS: dict[str, Callable[[LiveSnapshot], protocol.Message]] = {
    "meeting": protocol.meeting,
    "levels": protocol.levels,
    "stages": protocol.stages,
    "picture": protocol.picture,
    "people": protocol.people,
    "listening": protocol.listening,
    "recording": protocol.recording,
    "sound": protocol.sound,
}


class Outbox:
    """A bounded queue. Latest wins per caption and per kind of measurement.

    Overflow (`resync`): what waits is dropped, counted in `resyncs`, and a whole snapshot is
    sent in its place.
    """

    def __init__(self, snapshot: Callable[[], LiveSnapshot]) -> None:
        self.resyncs = 0
        self._snapshot = snapshot
        self._captions: dict[str, Caption] = {}
        self._told: list[StateChange | Notice] = []
        self._stale: set[str] = set()
        self._speakers: set[str] = set()
        self._whole = True
        self._wake = asyncio.Event()
        self._wake.set()

    def put(self, event: Event) -> None:
        """Takes an event; never waits."""
        if isinstance(event, CaptionRevised):
            self._captions[event.caption.id] = event.caption
        elif isinstance(event, StateChange | Notice):
            self._told.append(event)
        elif type(event) in _KINDS:
            self._stale.add(_KINDS[type(event)])
        else:
            return
        if len(self._captions) + len(self._told) > CAPACITY:
            self.resyncs += 1
            self._whole = True
            self._forget()
        self._wake.set()

    async def take(self) -> list[protocol.Message]:
        """Waits for something and gives all that waits."""
        await self._wake.wait()
        self._wake.clear()
        snapshot = self._snapshot()
        if self._whole:
            messages = protocol.hello(snapshot)
            self._somebody_new(snapshot)
            self._whole = False
            self._forget()
            return messages
        if self._somebody_new(snapshot):
            self._stale.add("people")
        messages = [protocol.caption(caption, snapshot) for caption in self._captions.values()]
        for each in self._told:
            told = protocol.state(each) if isinstance(each, StateChange) else protocol.notice(each)
            messages.append(told)
        messages += [_BUILDERS[kind](snapshot) for kind in sorted(self._stale)]
        self._forget()
        return messages

    def _somebody_new(self, snapshot: LiveSnapshot) -> bool:
        """Whether somebody of the list has spoken, for the first time: they have a colour now."""
        known = {person.id for person in snapshot.people}
        new = (snapshot.colours.keys() & known) - self._speakers
        self._speakers |= new
        return bool(new)

    def _forget(self) -> None:
        self._captions.clear()
        self._told.clear()
        self._stale.clear()
