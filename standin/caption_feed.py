"""Gives caption revisions to the pages and their data channels."""

import time
from dataclasses import dataclass, field

from domain.languages import primary
from standin.alignment import WordEnd
from standin.gibberish import gibberish
from standin.revisions import Manner, Revision, revisions
from standin.room import Room
from standin.voices import Spoken
from standin.wire import CaptionPacket, caption_message

_REGIONS = {
    "de": "de-DE",
    "en": "en-US",
    "es": "es-ES",
    "fr": "fr-FR",
    "it": "it-IT",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "pt": "pt-BR",
    "zh": "cmn-Hans-CN",
}
_WITHOUT_SPACES = frozenset({"ja", "th", "zh"})
_REUSE_S = 15.0
_OWN_WORDS = ("These", "These words", "These words are mine.")


@dataclass(slots=True, eq=False)
class LineCaption:
    """A line on its way through the captions."""

    spoken: Spoken
    language_id: str
    joiner: str
    words: tuple[WordEnd, ...]
    message_id: int
    block: int = 0
    before: str = ""
    """What the block held before this line."""
    version: int = 0


@dataclass(slots=True, eq=False)
class CaptionFeed:
    """Knows blocks, message ids and versions."""

    room: Room
    _message_ids: dict[str, int] = field(default_factory=dict)
    _blocks: int = 0
    _last_turn: tuple[str, int] = ("", 0)
    _block_text: dict[str, str] = field(default_factory=dict)
    _block_of: dict[str, int] = field(default_factory=dict)
    _silent_from_s: dict[str, float] = field(default_factory=dict)
    _held: dict[str, CaptionPacket] = field(default_factory=dict)
    _channel_over: bool = False

    def begin(self, spoken: Spoken) -> tuple[LineCaption, list[Revision]]:
        """A line is about to be said: how its captions will look, and when."""
        who = spoken.line.who
        forced = self.room.caption_language
        own = not forced or primary(forced) == primary(spoken.language)
        language = spoken.language if own else forced
        words = spoken.words if own else gibberish(spoken.words, language)
        joiner = "" if primary(language) in _WITHOUT_SPACES else " "
        habits, traps = self.room.script.captions, self.room.script.traps
        message_id = self._next_id(who, spoken)
        line = LineCaption(spoken, language_id(language), joiner, words, message_id)
        plan = revisions(
            words,
            lag_s=habits.lag_s,
            corrections=habits.corrections,
            joiner=joiner,
            manner=Manner(traps.deep_corrections, traps.guesses_replaced, traps.late_corrections),
        )
        return line, plan

    def _next_id(self, who: str, spoken: Spoken) -> int:
        """Counts per device; may begin anew after a pause."""
        start_s = spoken.line.start_s
        pause_s = start_s - self._silent_from_s.get(who, start_s)
        if self.room.script.traps.message_ids_reused and pause_s > _REUSE_S:
            self._message_ids[who] = 0
        self._silent_from_s[who] = start_s + spoken.duration_s
        self._message_ids[who] = self._message_ids.get(who, 0) + 1
        return self._message_ids[who]

    def say_own(self, count: int) -> None:
        """The guest's own voice is captioned: `count` of its words so far."""
        self._blocks += count == 1
        self._last_turn = ("", self.room.captions_switched)
        for guest in self.room.in_call():
            text, final = _OWN_WORDS[count - 1], count == len(_OWN_WORDS)
            packet = CaptionPacket(guest.device_id, 1, count, final, text, "en-US")
            guest.caption(packet, "", self._blocks, text, own=True)
            self._to_channel(packet)

    def end_channel(self) -> None:
        """Captions go to the region alone from now on."""
        self._channel_over = True

    def show(self, line: LineCaption, revision: Revision) -> None:
        """A revision is due."""
        who = line.spoken.line.who
        if line.version == 0:
            self._place(line, who)
        line.version += 1
        packet = CaptionPacket(
            self.room.device_id(who),
            line.message_id,
            line.version,
            revision.final,
            revision.text,
            line.language_id,
        )
        text = f"{line.before}{revision.text}"
        if self._block_of.get(who) == line.block:
            self._block_text[who] = text
        now_s = time.monotonic()
        self.room.journal.captions.append((now_s, who, revision.text, revision.final))
        self._send(packet, self.room.script.participant(who).name, line.block, text)

    def _place(self, line: LineCaption, who: str) -> None:
        """A speaker goes on in the block they have unless somebody else spoke since."""
        turn = (who, self.room.captions_switched)
        if self._last_turn != turn:
            self._blocks += 1
            self._block_of[who], self._block_text[who] = self._blocks, ""
        self._last_turn = turn
        line.block = self._block_of[who]
        held = self._block_text[who]
        most = self.room.script.traps.captions_dropped_after
        dropped = most is not None and len(held) > most
        line.before = f"{held}{line.joiner}" if held and not dropped else ""

    def _send(self, packet: CaptionPacket, name: str, block: int, text: str) -> None:
        if not self.room.script.captions.available:
            return
        for guest in self.room.in_call():
            guest.caption(packet, name, block, text)
        late = self._held.pop(packet.device_id, None)
        if self.room.script.traps.versions_shuffled and packet.version % 2 and not packet.final:
            self._held[packet.device_id] = packet
        else:
            self._to_channel(packet)
        if late:
            self._to_channel(late)

    def _to_channel(self, packet: CaptionPacket) -> None:
        if not self.room.script.captions.channel or self._channel_over:
            return
        message = caption_message(packet)
        for guest in self.room.in_call():
            if guest.peer and guest.wants_captions:
                guest.peer.send(self.room.script.traps.channel_label, message)


def language_id(language: str) -> str:
    """The site's own spelling of a language."""
    return language if "-" in language else _REGIONS.get(primary(language), language)
