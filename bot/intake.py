"""What the page sends, turned into frames, hints and events."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from bot.captions import CaptionReader
from bot.channels import read_captions, read_roster
from bot.endpoint import PageEndpoint
from bot.handshake import Handshake
from bot.network import Line
from bot.outbox import Outbox
from bot.people import Roster
from bot.protobuf import WireError
from bot.protocol import (
    AudioBlock,
    ChannelMessage,
    ProtocolError,
    parse_binary,
    parse_text,
)
from bot.sound import Sound
from bot.soundwatch import SoundEvent
from domain.clock import MeetingClock
from domain.events import Notice
from domain.hints import CaptionHint, ChatHint, Hint, LoudnessHint
from domain.text import clean, clean_name

log = logging.getLogger(__name__)


BotEvent = SoundEvent


class Intake:
    """Listens to the page; nothing is passed on before the clock runs."""

    def __init__(self, endpoint: PageEndpoint, own_name: str) -> None:
        self.handshake = Handshake(endpoint)
        self.page_clock = self.handshake.clock
        self.clock: MeetingClock | None = None
        self.roster = Roster(own_name)
        self.hints: Outbox[Hint] = Outbox("hints", 5000)
        self.events: Outbox[BotEvent] = Outbox("events", 3000)
        self.sound = Sound(self.events)
        self.captions = CaptionReader(self.roster, self.notice)
        self.broken_messages = 0
        self._page_s = 0.0
        """The page's newest word, in its own time: it stands still while the page is away."""
        self.last_caption_s: float | None = None
        self.last_heard_s: float | None = None
        self.last_sound_s: float | None = None
        """When the newest block of sound came, silent or not."""
        self.line = Line()
        self.chat_read = asyncio.Event()
        """Set once what stood in the chat before has been read."""
        self.on_connected: Callable[[], None] = lambda: None
        self.on_chat: Callable[[ChatHint], None] = lambda _: None
        self.on_camera: dict[str, Callable[[dict[str, Any], float], Any]] = {}

    def opened(self, page: str) -> None:
        """A page connected."""
        if self.handshake.opened(page):
            self.line = Line()
            self.sound.reset()
            self.roster.lit.clear()
            self._offer(self.captions.restart(self.clock.now_s() if self.clock else 0.0))

    def closed(self) -> None:
        """The socket is gone; the page will come back or the stay is over."""
        self.handshake.closed()

    def text(self, data: str) -> None:
        """A JSON message. Raises ProtocolError."""
        message = parse_text(data)
        if self.handshake.control(message) or not self.handshake.fresh(message.get("n")):
            return
        kind = message["type"]
        try:
            self._dispatch(kind, message)
        except (TypeError, ValueError, AttributeError) as error:
            if isinstance(error, ProtocolError):
                raise
            raise ProtocolError(f"a malformed message of type {kind[:20]}") from error

    def binary(self, data: bytes) -> None:
        """An audio block or a data channel message. Raises ProtocolError."""
        message = parse_binary(data)
        if not self.handshake.fresh(message.number):
            return
        if isinstance(message, ChannelMessage):
            self._channel(message)
        elif self.clock is not None:
            self._audio(message, self.clock)

    async def run(self) -> None:
        """Keeps the page's connection, for ever."""
        await self.handshake.run(self.on_connected, self._tick)

    def at_s(self, page_ms: object) -> float:
        """The meeting second of a page time; 0 before the meeting."""
        if self.clock is None or not isinstance(page_ms, int | float):
            return 0.0
        return max(0.0, self.clock.from_monotonic(self.page_clock.monotonic_s(float(page_ms))))

    def notice(self, kind: str, text: str, at_s: float) -> None:
        """Tells whoever watches the session."""
        self.events.put(Notice(kind, text, at_s))

    def _offer(self, hints: Iterable[Hint]) -> None:
        for hint in hints:
            self.hints.put(hint)
            if self.clock is None or not isinstance(hint, CaptionHint) or hint.final:
                continue
            if not _own(self.roster, hint.participant_id):
                self.sound.watch.paths.spoken(hint.at_s)

    def _audio(self, block: AudioBlock, clock: MeetingClock) -> None:
        arrived_s = clock.from_monotonic(self.page_clock.monotonic_s(block.page_ms))
        self.last_sound_s = arrived_s
        heard_s = self.sound.feed(block, arrived_s, clock.now_s())
        if heard_s is not None:
            self.last_heard_s = heard_s

    def _channel(self, message: ChannelMessage) -> None:
        at_s = self.at_s(message.page_ms)
        try:
            if message.label in ("captions", "captions_v2"):
                for packet in read_captions(message.payload):
                    self.last_caption_s = at_s if self.clock else None
                    self._offer(self.captions.channel(packet, at_s))
            elif message.label == "collections":
                news = self.roster.channel(read_roster(message.payload), at_s)
                self._offer([news] if news else [])
        except WireError as error:
            self.broken_messages += 1
            if self.broken_messages == 1:
                log.warning("a data channel message cannot be read: %s", error)
                self.notice("page_changed", "A message of Meet cannot be read.", at_s)

    def _dispatch(self, kind: str, message: dict[str, Any]) -> None:
        at_s = self.at_s(message.get("at"))
        self._page_s = max(self._page_s, at_s)
        if kind == "csrc":
            self._loudness(message, at_s)
        elif kind == "track":
            self.sound.declare(message)
        elif kind == "track_end":
            self.sound.end(message.get("index"))
        elif kind == "tiles":
            self._offer(self.roster.tiles(message, at_s))
        elif kind == "region":
            if message.get("blocks"):
                self.last_caption_s = at_s if self.clock else None
            self._offer(self.captions.region(message, at_s))
        elif kind == "chat":
            self._chat(message, at_s)
        elif kind == "history":
            self.chat_read.set()
        elif kind in self.on_camera:
            self.on_camera[kind](message, at_s)

    def _loudness(self, message: dict[str, Any], at_s: float) -> None:
        for index, stream, level in message.get("sources", []):
            person = self.roster.speaker(stream)
            if person is not None:
                name = self.sound.name(index)
                if self.clock is not None and not _own(self.roster, person):
                    self.sound.watch.told(name, level, at_s)
                self.hints.put(LoudnessHint(name, person, min(1.0, max(0.0, level)), at_s))

    def _chat(self, message: dict[str, Any], at_s: float) -> None:
        sender, text = clean_name(str(message.get("sender"))), clean(str(message.get("text")))
        earlier = bool(message.get("earlier"))
        hint = ChatHint(str(message.get("id")), sender, text, at_s, earlier)
        self.on_chat(hint)
        self.hints.put(hint)

    def _tick(self) -> None:
        if self.clock is None:
            return
        now_s = self.clock.now_s()
        self._offer(self.captions.tick(now_s))
        if any(not _own(self.roster, person) for person in self.roster.lit):
            self.sound.watch.paths.spoken(self._page_s)
        self.sound.tick(now_s, self._page_s)


def _own(roster: Roster, participant_id: str) -> bool:
    """Whether that is the bot: it does not hear itself, and does not miss itself either."""
    own = roster.own
    return own is not None and own.id == participant_id
