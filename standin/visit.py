"""One page's visit: from the green room through the lobby into the call and out again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standin.guest import Guest
from standin.peer import GuestPeer, Spawn
from standin.room import SPACE, Room
from standin.roster import roster_for

_REFUSED = {"denied": "denied", "never": "no_one", "blocked": "blocked"}
_DIALOGS = ("got_it", "mic_off", "stuck")
_MAX_NAME = 80


@dataclass(slots=True, eq=False)
class Visit:
    """Answers what the page asks for."""

    room: Room
    guest: Guest
    spawn: Spawn
    started: Callable[[], None]
    """Called when the guest's media flow."""

    async def handle(self, message: dict[str, Any]) -> None:
        """One message of the page; what makes no sense in the present phase is ignored."""
        kind, guest = message.get("type"), self.guest
        if kind == "ask" and guest.phase in ("green", "ended", "refused"):
            self._ask(message)
        elif kind == "leave":
            self._leave()
        elif kind == "offer" and guest.in_call:
            await self._offer(message)
        elif kind == "switched":
            self.room.journal.note("switched")
        elif kind == "consent" and guest.phase == "consent":
            self._come_in()
        elif kind == "devices":
            self._devices(bool(message.get("mic")), bool(message.get("camera")))
        elif kind == "chat" and guest.in_call:
            self.room.chat_of_guest(guest, str(message.get("text", "")))
        elif kind == "captions" and guest.in_call:
            self.room.captions_switched += 1
            guest.captions = bool(message.get("on")) and self.room.script.captions.available
            guest.tell("captions", on=guest.captions)
            self.room.journal.note("captions", "on" if guest.captions else "off")
        elif kind == "language" and guest.in_call:
            self.room.caption_language = str(message.get("language", ""))
            self.room.journal.note("caption_language", self.room.caption_language)

    async def close(self) -> None:
        """The page is gone."""
        guest = self.guest
        if guest.verdict and not guest.verdict.done():
            guest.verdict.cancel()
        if guest.in_call:
            self.room.journal.note("left")
        guest.phase = "gone"
        self.room.guests.remove(guest)
        if guest.peer:
            await guest.peer.aclose()
        self.room.show_people()
        self.room.notify()

    def _ask(self, message: dict[str, Any]) -> None:
        guest = self.guest
        name = str(message.get("name", "")).strip()[:_MAX_NAME]
        if not name:
            return
        guest.name = name
        guest.mic, guest.camera = bool(message.get("mic")), bool(message.get("camera"))
        self.room.journal.note("asked", name)
        behaviour = self.room.script.lobby.behaviour
        if self.room.over:
            guest.enter("ended", reason="host_ended")
        elif behaviour == "none":
            self._admitted()
        elif behaviour == "blocked":
            self._refuse("blocked")
        else:
            guest.enter("lobby", host_absent=behaviour == "host_absent")
            self.spawn(self._wait())
        self.room.notify()

    async def _wait(self) -> None:
        """Waits for the verdict of the script or of a person at the controls."""
        guest, lobby = self.guest, self.room.script.lobby
        guest.verdict = asyncio.get_running_loop().create_future()
        switch_off_s = self.room.script.traps.camera_off_in_lobby_s
        if switch_off_s is not None:
            self.spawn(self._switch_off(switch_off_s))
        by_itself = {"admit": "admitted", "sign_in": "admitted", "deny": "denied", "never": "never"}
        verdict = by_itself.get(lobby.behaviour)
        try:
            async with asyncio.timeout(lobby.after_s if verdict else None):
                verdict = await guest.verdict
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            if guest.phase != "lobby":
                return
            raise
        if guest.phase != "lobby":
            return
        if verdict == "admitted":
            self._admitted()
        elif verdict:
            self._refuse(verdict)

    async def _switch_off(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self.guest.phase == "lobby":
            self.guest.tell("devices_off")

    def _admitted(self) -> None:
        self.room.journal.note("admitted")
        if self.room.script.traps.consent_dialog:
            self.guest.enter("consent")
        else:
            self._come_in()

    def _come_in(self) -> None:
        guest, traps = self.guest, self.room.script.traps
        guest.enter("call", captions=guest.captions)
        self.room.journal.note("joined", guest.name)
        self._show_history()
        self.room.show_people()
        for other in self.room.in_call():
            if other is not guest:
                other.tell("toast", name=guest.name, what="joined")
        for dialog in _DIALOGS:
            if getattr(traps, f"{dialog}_dialog"):
                guest.tell("dialog", dialog=dialog)
        self.room.notify()

    def _show_history(self) -> None:
        """What was written before the guest came, where the meeting shows it."""
        if self.room.script.traps.chat_history:
            for number, (sender, text) in enumerate(self.room.written, 1):
                told = {"id": f"{SPACE}/messages/{number}", "sender": sender, "text": text}
                self.guest.tell("chat", **told)

    def _refuse(self, verdict: str) -> None:
        self.room.journal.note("denied", verdict)
        self.guest.enter("refused", reason=_REFUSED.get(verdict, verdict))
        self.room.notify()

    def _leave(self) -> None:
        guest = self.guest
        if guest.phase in ("call", "lobby", "consent"):
            self.room.journal.note("left")
            guest.enter("ended", reason="left")
            if guest.verdict and not guest.verdict.done():
                guest.verdict.cancel()
            if guest.peer:
                self.spawn(guest.peer.aclose())
                guest.peer = None
            self.room.show_people()
            self.room.notify()

    async def _offer(self, message: dict[str, Any]) -> None:
        guest = self.guest
        if message.get("fresh") and guest.peer is not None:
            await guest.peer.aclose()
            guest.peer, guest.commanded_captions = None, False
        if guest.peer is None:
            bot = self.room.in_call()[0] is guest
            peer = GuestPeer(self.room.stage, self.room.observer if bot else None, self.spawn)
            peer.connected = self.started
            peer.roster_wanted = lambda: self._send_roster(peer)
            peer.captions_wanted = self._commanded
            guest.peer = peer
        mids = [str(mid) for mid in message.get("receive", [])]
        answer = await guest.peer.answer(str(message.get("sdp", "")), mids)
        guest.tell("answer", sdp=answer)

    def _send_roster(self, peer: GuestPeer) -> None:
        peer.send("collections", roster_for(self.room, self.guest))

    def _commanded(self, language: str) -> None:
        if self.room.script.captions.available:
            self.guest.commanded_captions = True
            self.room.caption_language = language
            self.room.journal.note("caption_command", language)

    def _devices(self, mic: bool, camera: bool) -> None:
        guest = self.guest
        if mic != guest.mic:
            self.room.journal.note("mic", "on" if mic else "off")
        if camera != guest.camera:
            self.room.journal.note("camera", "on" if camera else "off")
        guest.mic, guest.camera = mic, camera
        if guest.in_call:
            self.room.show_people()
