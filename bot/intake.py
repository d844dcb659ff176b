"""What the page sends, turned into frames, hints and events."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from bot.captions import CaptionReader
from bot.channels import read_captions, read_roster
from bot.endpoint import PageEndpoint
from bot.outbox import Outbox
from bot.pageclock import PageClock
from bot.people import Roster
from bot.protobuf import WireError
from bot.protocol import (
    CHANNELS,
    FORMAT,
    VERSION,
    AudioBlock,
    ChannelMessage,
    ProtocolError,
    parse_binary,
    parse_text,
)
from bot.sound import Sound
from domain.audio import Gap, Level
from domain.clock import MeetingClock
from domain.events import Notice, StageTimed
from domain.hints import ChatHint, Hint, LoudnessHint
from domain.text import clean, clean_name

log = logging.getLogger(__name__)
_TICK_S = 0.25

BotEvent = Level | Gap | Notice | StageTimed


class Intake:
    """Listens to the page; nothing is passed on before the clock runs."""

    def __init__(self, endpoint: PageEndpoint, own_name: str) -> None:
        self.page_clock = PageClock()
        self.clock: MeetingClock | None = None
        self.roster = Roster(own_name)
        self.hints: Outbox[Hint] = Outbox("hints", 5000)
        self.events: Outbox[BotEvent] = Outbox("events", 3000)
        self.sound = Sound(self.events)
        self.captions = CaptionReader(self.roster, self.notice)
        self.lost_messages = 0
        self.broken_messages = 0
        self.last_caption_s: float | None = None
        self.last_heard_s: float | None = None
        self.on_connected: Callable[[], None] = lambda: None
        self.on_chat: Callable[[ChatHint], None] = lambda _: None
        self.on_camera: dict[str, Callable[[dict[str, Any], float], Any]] = {}
        self._endpoint = endpoint
        self._page = ""
        self._received = 0
        self._wake = asyncio.Event()
        self._greeted = False

    # PageListener

    def opened(self, page: str) -> None:
        """A page connected; a new document begins its numbers and its clock anew."""
        self._greeted = False
        if page != self._page:
            self._page, self._received = page, 0
            self.page_clock.reset()
            self.sound.reset()

    def closed(self) -> None:
        """The socket is gone; the page will come back or the stay is over."""
        self._greeted = False

    def text(self, data: str) -> None:
        """A JSON message. Raises ProtocolError."""
        message = parse_text(data)
        kind = message["type"]
        if kind == "hello":
            self._hello(message)
        elif kind == "pong":
            self._pong(message)
        elif self._fresh(message.get("n")):
            try:
                self._dispatch(kind, message)
            except (TypeError, ValueError, AttributeError) as error:
                raise ProtocolError(f"a malformed message of type {kind[:20]}") from error

    def binary(self, data: bytes) -> None:
        """An audio block or a data channel message. Raises ProtocolError."""
        message = parse_binary(data)
        if not self._fresh(message.number):
            return
        if isinstance(message, ChannelMessage):
            self._channel(message)
        elif self.clock is not None:
            self._audio(message, self.clock)

    # the page's socket

    async def run(self) -> None:
        """Greets, acknowledges and asks for the time, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK_S)
            if self._wake.is_set():
                self._wake.clear()
                await self._endpoint.send({"type": "ready", "received": self._received})
                self.on_connected()
            elif self._greeted:
                await self._endpoint.send({"type": "ack", "received": self._received})
            if self._greeted:
                await self._endpoint.send({"type": "ping", "sent": time.monotonic()})
            self._tick()

    def _hello(self, message: dict[str, Any]) -> None:
        said = (message.get("version"), message.get("format"), message.get("channels"))
        if said != (VERSION, FORMAT, CHANNELS):
            raise ProtocolError(f"the page offers {said}")
        page_ms = message.get("page")
        if not isinstance(page_ms, int | float):
            raise ProtocolError("a greeting without a time")
        self.page_clock.hear(time.monotonic(), float(page_ms))
        self._greeted = True
        self._wake.set()

    def _pong(self, message: dict[str, Any]) -> None:
        sent_s, page_ms = message.get("sent"), message.get("page")
        if isinstance(sent_s, int | float) and isinstance(page_ms, int | float):
            self.page_clock.answer(float(sent_s), time.monotonic(), float(page_ms))

    def _fresh(self, number: object) -> bool:
        if not isinstance(number, int) or not self._greeted:
            raise ProtocolError("a message without a number or before the greeting")
        if number <= self._received:
            return False
        self.lost_messages += number - self._received - 1
        self._received = number
        return True

    # what it says

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

    def _audio(self, block: AudioBlock, clock: MeetingClock) -> None:
        arrived_s = clock.from_monotonic(self.page_clock.monotonic_s(block.page_ms))
        heard_s = self.sound.feed(block, arrived_s, clock.now_s())
        if heard_s is not None:
            self.last_heard_s = heard_s

    def _channel(self, message: ChannelMessage) -> None:
        at_s = self.at_s(message.page_ms)
        try:
            if message.label in ("captions", "captions_v2"):
                for packet in read_captions(message.payload):
                    self._spoken(at_s)
                    self._offer(self.captions.channel(packet, at_s))
            elif message.label == "collections":
                news = self.roster.channel(read_roster(message.payload), at_s)
                self._offer([news] if news else [])
        except WireError as error:
            self.broken_messages += 1
            if self.broken_messages == 1:
                log.warning("a data channel message cannot be read: %s", error)
                self.notice("page_changed", "A message of Meet cannot be read.", at_s)

    def _spoken(self, at_s: float) -> None:
        if self.clock is not None:
            self.last_caption_s = at_s

    def _dispatch(self, kind: str, message: dict[str, Any]) -> None:
        at_s = self.at_s(message.get("at"))
        if kind == "csrc":
            self._loudness(message, at_s)
        elif kind == "track":
            self.sound.declare(message)
        elif kind == "audio_path":
            self.sound.path = str(message.get("path"))
            self.notice("audio_path", f"Sound comes from the {self.sound.path}.", at_s)
        elif kind == "tiles":
            self._offer(self.roster.tiles(message, at_s))
        elif kind == "region":
            if message.get("blocks"):
                self._spoken(at_s)
            self._offer(self.captions.region(message, at_s))
        elif kind == "chat":
            self._chat(message, at_s)
        elif kind in self.on_camera:
            self.on_camera[kind](message, at_s)

    def _loudness(self, message: dict[str, Any], at_s: float) -> None:
        for index, stream, level in message.get("sources", []):
            person = self.roster.speaker(stream)
            if person is not None:
                name = self.sound.name(index)
                self.hints.put(LoudnessHint(name, person, min(1.0, max(0.0, level)), at_s))

    def _chat(self, message: dict[str, Any], at_s: float) -> None:
        sender, text = clean_name(str(message.get("sender"))), clean(str(message.get("text")))
        hint = ChatHint(str(message.get("id")), sender, text, at_s)
        self.on_chat(hint)
        self.hints.put(hint)

    def _tick(self) -> None:
        if self.clock is not None:
            self._offer(self.captions.tick(self.clock.now_s()))
        self.sound.tick()
