"""Somebody who opens the meeting's page: normally the bot."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from standin.peer import GuestPeer
from standin.wire import CaptionPacket

log = logging.getLogger(__name__)

_WAITING = 500


@dataclass(slots=True, eq=False)
class Guest:
    """One open page and how far it has come."""

    number: int
    device_id: str
    name: str = ""
    phase: str = "green"
    """green, lobby, consent, call, refused or ended."""
    mic: bool = False
    camera: bool = False
    captions: bool = False
    commanded_captions: bool = False
    """Captions were asked for over the media-session channel."""
    peer: GuestPeer | None = None
    verdict: asyncio.Future[str] | None = None
    """Open while the guest waits in the lobby."""
    outbox: asyncio.Queue[dict[str, Any]] = field(default_factory=lambda: asyncio.Queue(_WAITING))
    dropped: int = 0

    @property
    def in_call(self) -> bool:
        """Whether others see the guest."""
        return self.phase == "call"

    @property
    def wants_captions(self) -> bool:
        """Whether caption messages go to this guest's channels."""
        return self.in_call and (self.captions or self.commanded_captions)

    def tell(self, kind: str, **values: Any) -> None:
        """Queues a message to the page; a page that reads nothing loses messages, counted."""
        try:
            self.outbox.put_nowait({"type": kind, **values})
        except asyncio.QueueFull:
            if not self.dropped:
                log.warning("a page does not read its messages; they are dropped")
            self.dropped += 1

    def caption(
        self, packet: CaptionPacket, name: str, block: int, text: str, *, own: bool = False
    ) -> None:
        """Shows a block of the captions region as it is now."""
        if self.captions:
            values = {"block": block, "device": packet.device_id, "name": name, "text": text}
            self.tell("caption", own=own, **values)

    def enter(self, phase: str, **values: Any) -> None:
        """Moves to another phase and shows it."""
        self.phase = phase
        self.tell("phase", phase=phase, **values)
