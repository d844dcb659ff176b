"""Meet's captions as hints: from the data channel, or from the region where that is silent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.channels import CaptionPacket
from bot.people import Roster
from domain.hints import CaptionHint
from domain.languages import primary
from domain.people import Participant
from domain.text import clean, clean_name

REUSE_S = 15.0
"""A message id untouched for that long and used again is a new line."""
CHANNEL_GRACE_S = 4.0
"""The region speaks only where the channel was silent for that long beside it."""
SETTLED_S = 5.0
"""A region block untouched for that long, with a newer one below it, is final."""
RESTART_CHARACTERS = 250
"""A block that loses more text than that has begun anew."""
LEFTOVER_CHARACTERS = 64
"""More text than that outside the known parts of the region: the page has changed."""

_OWN = frozenset({"you"})


@dataclass(slots=True)
class _Line:
    generation: int
    at_s: float
    version: int


class ChannelLines:
    """Line ids for caption messages: a device's message id may be used again."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], _Line] = {}

    def read(self, packet: CaptionPacket, at_s: float) -> str | None:
        """The id of the packet's line; None for a revision that was overtaken."""
        key = (packet.device_id, packet.message_id)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(0, at_s, packet.version)
        elif at_s - line.at_s > REUSE_S:
            line = self._lines[key] = _Line(line.generation + 1, at_s, packet.version)
        elif packet.version < line.version:
            return None
        line.at_s, line.version = at_s, packet.version
        again = f"#{line.generation}" if line.generation else ""
        return f"{packet.device_id}/{packet.message_id}{again}"


@dataclass(slots=True)
class _Block:
    line_id: str
    name: str
    text: str
    at_s: float
    version: int = 0
    final: bool = False


@dataclass(slots=True)
class RegionLines:
    """Lines of the captions region, from the blocks that the page reports."""

    present: list[int] = field(default_factory=list)
    _blocks: dict[int, _Block] = field(default_factory=dict)
    _lines: int = 0

    def read(self, message: dict[str, Any], at_s: float) -> Iterator[_Block]:
        """The blocks that changed, and those that are final now."""
        self.present = [n for n in message.get("present", []) if isinstance(n, int)]
        for entry in message.get("blocks", []):
            name = clean_name(str(entry.get("name", "")))
            text = clean(str(entry.get("text", "")))
            if name and text and isinstance(entry.get("number"), int):
                block = self._update(entry["number"], name, text, at_s)
                if block:
                    yield block
        yield from self.settle(at_s)

    def settle(self, at_s: float) -> Iterator[_Block]:
        """Blocks that will not change any more."""
        newest = self.present[-1] if self.present else None
        for number, block in list(self._blocks.items()):
            gone = number not in self.present
            settled = number != newest and at_s - block.at_s > SETTLED_S
            if not block.final and (gone or settled):
                block.final = True
                block.version += 1
                yield block
            if gone:
                del self._blocks[number]

    def _update(self, number: int, name: str, text: str, at_s: float) -> _Block | None:
        block = self._blocks.get(number)
        restarted = block is not None and len(block.text) - len(text) > RESTART_CHARACTERS
        if block is None or block.name != name or restarted:
            self._lines += 1
            block = self._blocks[number] = _Block(f"region/{self._lines}", name, text, at_s)
            return block
        if block.final or block.text == text:
            return None
        block.text, block.at_s = text, at_s
        block.version += 1
        return block


class CaptionReader:
    """Chooses the source: the channel; the region only while the channel says nothing."""

    def __init__(self, roster: Roster, notice: Callable[[str, str, float], None]) -> None:
        self.active = ""
        self._roster = roster
        self._notice = notice
        self._channel = ChannelLines()
        self._region = RegionLines()
        self._channel_s: float | None = None
        self._waiting_s: float | None = None
        self._waiting: dict[str, CaptionHint] = {}
        self._warned = False

    def channel(self, packet: CaptionPacket, at_s: float) -> Iterator[CaptionHint]:
        """Hints of a channel message."""
        self._channel_s = at_s
        self._waiting_s = None
        self._waiting.clear()
        self._switch("channel", at_s)
        line_id = self._channel.read(packet, at_s)
        if line_id is None:
            return
        yield CaptionHint(
            line_id=line_id,
            participant_id=packet.device_id,
            name=self._roster.name(packet.device_id),
            text=clean(packet.text),
            version=packet.version,
            final=packet.final,
            language=primary(packet.language_id) if packet.language_id else "",
            at_s=at_s,
        )

    def region(self, message: dict[str, Any], at_s: float) -> Iterator[CaptionHint]:
        """Hints of the region's blocks, held back while the channel may still speak."""
        leftover = message.get("leftover", 0)
        if isinstance(leftover, int) and leftover > LEFTOVER_CHARACTERS and not self._warned:
            self._warned = True
            self._notice("page_changed", "The captions region looks different from known.", at_s)
        for block in self._region.read(message, at_s):
            yield from self._offer(block, at_s)

    def tick(self, at_s: float) -> Iterator[CaptionHint]:
        """Time passes: region blocks settle, and held ones come out."""
        for block in self._region.settle(at_s):
            yield from self._offer(block, at_s)
        if self._waiting_s is not None and at_s - self._waiting_s >= CHANNEL_GRACE_S:
            held = list(self._waiting.values())
            self._waiting.clear()
            self._waiting_s = None
            self._switch("region", at_s)
            yield from held

    def _offer(self, block: _Block, at_s: float) -> Iterator[CaptionHint]:
        person = self._speaker(block.name)
        hint = CaptionHint(
            line_id=block.line_id,
            participant_id=person.id if person else "",
            name=person.name if person else block.name,
            text=block.text,
            version=block.version,
            final=block.final,
            language="",
            at_s=block.at_s if not block.final else at_s,
            source="region",
        )
        if self.active == "region":
            yield hint
            return
        quiet = self._channel_s is None or at_s - self._channel_s > CHANNEL_GRACE_S
        if quiet:
            self._waiting[hint.line_id] = hint
            self._waiting_s = at_s if self._waiting_s is None else self._waiting_s

    def _speaker(self, name: str) -> Participant | None:
        folded = name.casefold()
        others = (p for p in self._roster.present if not p.is_self)
        if folded in _OWN and all(p.name.casefold() != folded for p in others):
            return self._roster.own
        return self._roster.by_name(name)

    def _switch(self, source: str, at_s: float) -> None:
        if self.active == source:
            return
        self.active = source
        self._notice("caption_source", f"Captions come from the {source}.", at_s)
