"""Meet's captions as hints: from the data channel, or from the region where that is silent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.channels import CaptionPacket
from bot.locales.own import OWN_NAMES
from bot.people import Roster
from bot.region_lines import Block, RegionLines
from domain.hints import CaptionHint
from domain.languages import primary
from domain.people import Participant
from domain.text import clean

REUSE_S = 15.0
"""A message id untouched for that long and used again is a new line."""
CHANNEL_GRACE_S = 4.0
"""The region speaks only where the channel was silent for that long beside it."""
BESIDE_S = 1.0
"""A block shows that soon before or after the channel tells the same words."""
LEFTOVER_CHARACTERS = 64
"""More text than that outside the known parts of the region: the page has changed."""


@dataclass(slots=True)
class _Line:
    generation: int
    at_s: float
    version: int
    crossed: bool = False
    """A new page came since; there, counting may have begun anew."""


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
        elif at_s - line.at_s > REUSE_S or (line.crossed and packet.version < line.version):
            line = self._lines[key] = _Line(line.generation + 1, at_s, packet.version)
        elif packet.version < line.version:
            return None
        line.at_s, line.version, line.crossed = at_s, packet.version, False
        again = f"#{line.generation}" if line.generation else ""
        return f"{packet.device_id}/{packet.message_id}{again}"

    def restart(self) -> None:
        """A new page is there: its versions may begin anew."""
        for line in self._lines.values():
            line.crossed = True


class CaptionReader:
    """Chooses the source: the channel; the region only while the channel says nothing."""

    def __init__(self, roster: Roster, notice: Callable[[str, str, float], None]) -> None:
        self.active = ""
        self.language = ""
        """Meet's code of the language in which the channel captions now."""
        self._roster = roster
        self._notice = notice
        self._channel = ChannelLines()
        self._region = RegionLines()
        self._channel_s: float | None = None
        self._waiting_s: float | None = None
        self._waiting: dict[str, CaptionHint] = {}
        self._warned: set[str] = set()
        self._told: dict[str, str] = {}
        """Device id -> newest text of the channel."""

    def channel(self, packet: CaptionPacket, at_s: float) -> Iterator[CaptionHint]:
        """Hints of a channel message."""
        self._channel_s = at_s
        self._waiting_s = None
        self._waiting.clear()
        self._switch("channel", at_s)
        line_id = self._channel.read(packet, at_s)
        if line_id is None:
            return
        self.language = packet.language_id
        self._told[packet.device_id] = clean(packet.text)
        self._region.tell(self._told_of)
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
        if isinstance(leftover, int) and leftover > LEFTOVER_CHARACTERS:
            self._warn("page_changed", "The captions region looks different from known.", at_s)
        if message.get("way") == "structure":
            text = "Caption blocks are found by their structure only."
            self._warn("locator_drift", text, at_s)
        blocks = list(self._region.read(message, at_s))
        self._region.tell(self._told_of)
        for block in blocks:
            yield from self._offer(block, at_s)

    def restart(self, at_s: float) -> Iterator[CaptionHint]:
        """A new page is there; hints of what the old one had not finished."""
        self._channel.restart()
        for block in self._region.restart(at_s):
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

    def _offer(self, block: Block, at_s: float) -> Iterator[CaptionHint]:
        text = block.words
        if not any(map(str.isalnum, text)):
            self._drop(block.line_id)
            return
        person = self._speaker(block)
        hint = CaptionHint(
            line_id=block.line_id,
            participant_id=person.id if person else "",
            name=person.name if person else block.name,
            text=text,
            version=block.version,
            final=block.final,
            language="",
            at_s=block.at_s if not block.final else at_s,
            source="region",
        )
        if self.active == "region":
            yield hint
            return
        if self._untold(block, at_s):
            self._waiting[hint.line_id] = hint
            self._waiting_s = at_s if self._waiting_s is None else self._waiting_s

    def _drop(self, line_id: str) -> None:
        """The channel told what was held back."""
        self._waiting.pop(line_id, None)
        if not self._waiting:
            self._waiting_s = None

    def _untold(self, block: Block, at_s: float) -> bool:
        """Whether the block holds words that the channel should have told and did not yet."""
        told_s = self._channel_s
        if told_s is None or at_s - told_s > CHANNEL_GRACE_S or block.began_s - told_s > BESIDE_S:
            return True
        newest, words = self._told_of(block), block.words
        behind = any(block.text.endswith(newest[:n]) for n in range(len(words), len(newest) + 1))
        return bool(block.told) and not behind

    def _speaker(self, block: Block) -> Participant | None:
        folded = block.name.casefold()
        if block.own or (folded in OWN_NAMES and not self._bears(folded)):
            return self._roster.own
        return self._roster.by_name(block.name)

    def _told_of(self, block: Block) -> str:
        person = self._speaker(block)
        return self._told.get(person.id, "") if person else ""

    def _bears(self, folded: str) -> bool:
        """Whether somebody else has that name."""
        others = (person for person in self._roster.present if not person.is_self)
        return any(person.name.casefold() == folded for person in others)

    def _warn(self, kind: str, text: str, at_s: float) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            self._notice(kind, text, at_s)

    def _switch(self, source: str, at_s: float) -> None:
        if self.active == source:
            return
        self.active = source
        self._notice("caption_source", f"Captions come from the {source}.", at_s)
