"""Plays the script: at each moment, what happens then."""

import asyncio
import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from standin.caption_feed import CaptionFeed
from standin.journal import SpokenLine, SpokenWord
from standin.room import Room, rerender
from standin.script import Ending
from standin.voices import Spoken

_LEAD_S = 0.5
_AFTER_LAST_S = 3.0
_BETWEEN_LEAVERS_S = 0.4
_CADENCE_S = 0.4

Action = Callable[[], None]


@dataclass(slots=True, eq=False)
class Play:
    """One performance."""

    room: Room
    spoken: Sequence[Spoken]
    finished: bool = False
    _heap: list[tuple[float, int, Action]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _feed: CaptionFeed = field(init=False)

    def __post_init__(self) -> None:
        self._feed = CaptionFeed(self.room)

    def at(self, at_s: float | None, action: Action) -> None:
        """Plans an action; None plans nothing."""
        if at_s is not None:
            heapq.heappush(self._heap, (at_s, next(self._order), action))

    async def run(self) -> None:
        """Performs from now to the end."""
        zero_s = time.monotonic() + _LEAD_S
        self.room.journal.zero_monotonic_s = zero_s
        self.room.stage.schedule(self.spoken, zero_s)
        self._plan(zero_s)
        while self._heap and not self.room.over:
            at_s, _, action = heapq.heappop(self._heap)
            wait_s = zero_s + at_s - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            action()
        self.finished = True
        self.room.notify()

    def _plan(self, zero_s: float) -> None:
        room, script = self.room, self.room.script
        for person in script.participants:
            if person.joins_s > 0:
                self.at(person.joins_s, partial(room.join, person))
            self.at(person.leaves_s, partial(room.leave, person))
            self.at(person.returns_s, partial(room.join, person))
        for item in self.spoken:
            self.at(item.line.start_s, partial(self._begin, item, zero_s))
        for message in script.chat:
            name = script.participant(message.who).name
            self.at(message.at_s, partial(room.say_chat, name, message.text))
        self._plan_traps()
        self._plan_end(script.end)

    def _plan_traps(self) -> None:
        traps = self.room.script.traps
        self.at(traps.captions_off_at_s, lambda: self.room.set_captions(False))
        self._plan_call_traps()
        self.at(traps.region_recreated_at_s, lambda: self._tell("recreate_region"))
        self.at(traps.camera_off_at_s, lambda: self._tell("camera_off"))
        self.at(traps.sound_moves_at_s, self._move_sound)
        self.at(traps.page_reload_at_s, lambda: self._tell("reload"))
        self.at(traps.ending_soon_at_s, lambda: self._tell("ending_soon"))
        self.at(traps.controls_gone_at_s, lambda: self._tell("controls_gone"))
        self.at(traps.controls_back_at_s, lambda: self._tell("controls_back"))

    def _plan_call_traps(self) -> None:
        room, traps = self.room, self.room.script.traps
        self.at(traps.captions_off_again_at_s, lambda: room.set_captions(False))
        self.at(traps.channel_ends_at_s, self._feed.end_channel)
        self.at(traps.chat_closed_at_s, room.close_chat)
        self.at(traps.rerendered_at_s, lambda: rerender(room))
        told = {
            "hide": traps.tab_hidden_at_s,
            "camera_fault": traps.camera_fault_at_s,
        }
        for kind, at_s in told.items():
            self.at(at_s, partial(self._tell, kind))
        if traps.own_speech_at_s is not None:
            for count in (1, 2, 3):
                at_s = traps.own_speech_at_s + _CADENCE_S * count
                self.at(at_s, partial(self._feed.say_own, count))
        for person in room.script.participants:
            if traps.roster_lag_s and person.leaves_s is not None:
                self.at(person.leaves_s + traps.roster_lag_s, room.show_people)

    def _move_sound(self) -> None:
        self.room.stage.lines_silent = True
        for guest in self.room.in_call():
            guest.tell("sound_moves", to=self.room.script.traps.sound_moves_to)

    def _plan_end(self, end: Ending) -> None:
        last_s = max((s.line.start_s + s.duration_s for s in self.spoken), default=0.0)
        at_s = end.at_s if end.at_s is not None else last_s + _AFTER_LAST_S
        if end.how == "host":
            self.at(at_s, self.room.end_for_everyone)
        elif end.how == "removed":
            self.at(at_s, self._remove_guests)
        elif end.how == "everyone_leaves":
            for n, person in enumerate(self.room.script.participants):
                self.at(at_s + n * _BETWEEN_LEAVERS_S, partial(self.room.leave, person))

    def _remove_guests(self) -> None:
        for guest in self.room.in_call():
            self.room.remove(guest)

    def _tell(self, kind: str) -> None:
        for guest in self.room.in_call():
            guest.tell(kind)

    def _begin(self, item: Spoken, zero_s: float) -> None:
        room, start_s = self.room, zero_s + item.line.start_s
        person = room.script.participant(item.line.who)
        room.journal.lines.append(
            SpokenLine(
                participant_id=person.id,
                device_id=room.device_id(person.id),
                name=person.name,
                language=item.language,
                text=item.line.text,
                start_monotonic_s=start_s,
                end_monotonic_s=start_s + item.duration_s,
                words=tuple(SpokenWord(w.text, start_s + w.end_s) for w in item.words),
                aligned=item.aligned,
            )
        )
        line, plan = self._feed.begin(item)
        for revision in plan:
            at_s = item.line.start_s + revision.at_s
            self.at(at_s, partial(self._feed.show, line, revision))
