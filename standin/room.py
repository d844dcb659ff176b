"""The meeting itself: who is in it, what they see of each other, what is said in the chat."""

import asyncio
import time
from dataclasses import dataclass, field

from standin.guest import Guest
from standin.journal import BotChat, Journal
from standin.network import Network
from standin.observer import Observer
from standin.roster import people_for, roster_for
from standin.script import Script, ScriptedParticipant
from standin.stage import Stage

SPACE = "spaces/standin"
CHAT_LIMIT = 500
_FIRST_DEVICE = 101
_FIRST_GUEST = 501
_FIRST_STREAM = 66_001


@dataclass(slots=True, eq=False)
class Room:
    """The state of one meeting."""

    script: Script
    observer: Observer
    journal: Journal = field(default_factory=Journal)
    guests: list[Guest] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    """Ids of the scripted participants who are in the call."""
    gone: list[str] = field(default_factory=list)
    """Ids of those who have left."""
    over: bool = False
    """The host has ended the meeting for everyone."""
    caption_language: str = ""
    """Empty: each speaker's own."""
    captions_switched: int = 0
    """How often captions were switched; what was said before does not come back."""
    left_monotonic_s: dict[str, float] = field(default_factory=dict)
    """When those who have left did so."""
    chat_closed: bool = False
    network: Network = field(default_factory=Network)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a guest or the meeting changes state."""
    stage: Stage = field(init=False)
    _guest_number: int = _FIRST_GUEST
    _chat_number: int = 0
    written: list[tuple[str, str]] = field(default_factory=list)
    """Sender and text of every chat message."""

    def __post_init__(self) -> None:
        ids = [person.id for person in self.script.participants]
        streams = {who: _FIRST_STREAM + n for n, who in enumerate(ids)}
        if self.script.traps.merged_audio:
            streams[ids[1]] = streams[ids[0]]
        self.stage = Stage(streams)
        self.journal.samples_sent = self.stage.samples_sent
        self.present = [p.id for p in self.script.participants if p.joins_s == 0]
        self.caption_language = self.script.captions.language
        self.chat_closed = self.script.traps.chat_closed
        echo_of = self.script.traps.echo_of
        if echo_of:
            self.observer.hears = lambda pcm: self.stage.add(echo_of, pcm)

    def device_id(self, participant_id: str) -> str:
        """The device of a scripted participant."""
        ids = [person.id for person in self.script.participants]
        return f"{SPACE}/devices/{_FIRST_DEVICE + ids.index(participant_id)}"

    def new_guest(self) -> Guest:
        """A page was opened."""
        guest = Guest(self._guest_number, f"{SPACE}/devices/{self._guest_number}")
        guest.captions = self.script.captions.on_at_start and self.script.captions.available
        self._guest_number += 1
        self.guests.append(guest)
        self.journal.note("opened")
        return guest

    def in_call(self) -> list[Guest]:
        """The guests whom others see."""
        return [guest for guest in self.guests if guest.in_call]

    def notify(self) -> None:
        """Wakes whoever waits for a change of state."""
        self.changed.set()
        self.changed = asyncio.Event()

    def show_people(self) -> None:
        """Sends everybody the people and the roster."""
        for guest in self.in_call():
            guest.tell("people", people=people_for(self, guest))
            if guest.peer:
                guest.peer.send("collections", roster_for(self, guest))

    def join(self, person: ScriptedParticipant) -> None:
        """A scripted participant comes in."""
        if person.id not in self.present:
            self.present.append(person.id)
            self.gone = [who for who in self.gone if who != person.id]
            self._announce(person, "joined")

    def leave(self, person: ScriptedParticipant) -> None:
        """A scripted participant goes."""
        if person.id in self.present:
            self.present.remove(person.id)
            self.gone.append(person.id)
            self.left_monotonic_s[person.id] = time.monotonic()
            self._announce(person, "left")

    def say_chat(self, sender: str, text: str) -> None:
        """A message of somebody else than the bot."""
        self._chat(sender, text, None)

    def chat_of_guest(self, guest: Guest, text: str) -> None:
        """A message of the bot; cut at the site's limit."""
        text = text.strip()[:CHAT_LIMIT]
        if text and not self.chat_closed:
            self.journal.bot_chat.append(BotChat(text, guest.name, time.monotonic()))
            self._chat(guest.name, text, guest)

    def close_chat(self) -> None:
        """The host turns messages off."""
        self.chat_closed = True
        for guest in self.in_call():
            guest.tell("chat_closed")

    def end_for_everyone(self) -> None:
        """The host ends the meeting."""
        self.over = True
        self.stage.silence()
        for guest in self.in_call():
            guest.enter("ended", reason="host_ended")
            self.journal.note("ended")
        self.notify()

    def remove(self, guest: Guest) -> None:
        """The host throws a guest out."""
        guest.enter("ended", reason="removed")
        self.journal.note("removed")
        self.notify()

    def set_captions(self, on: bool) -> None:
        """Switches everybody's captions."""
        self.captions_switched += 1
        for guest in self.in_call():
            guest.captions = on and self.script.captions.available
            guest.tell("captions", on=guest.captions)
            self.journal.note("captions", "on" if guest.captions else "off")

    def _announce(self, person: ScriptedParticipant, what: str) -> None:
        self.show_people()
        for guest in self.in_call():
            guest.tell("toast", name=person.name, what=what)
            if self.script.traps.nameless_rows and guest.captions:
                guest.tell(
                    "caption",
                    block=f"system-{what}-{person.id}",
                    name="",
                    device="",
                    text=f"{person.name} {what} the meeting",
                )

    def _chat(self, sender: str, text: str, author: Guest | None) -> None:
        self._chat_number += 1
        self.written.append((sender, text))
        for guest in self.in_call():
            shown = "" if guest is author else sender
            guest.tell("chat", id=f"{SPACE}/messages/{self._chat_number}", sender=shown, text=text)


def rerender(room: Room) -> None:
    """Every page is built anew, with captions off until they are asked for again."""
    for guest in room.in_call():
        guest.captions = False
        guest.tell("rerender")
