"""What there is to tell of one meeting: the newest of everything, numbered."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence

from domain.serving import Message
from web.viewers.protocol import Phase

MOST = 20_000
"""Captions kept; the oldest give way."""


class Contents:
    """Takes the messages of a bot. Numbers rise with every change; `epoch` tells one counting
    from another. `lost` is the highest number that is not kept any more."""

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(6)
        self.number = 0
        self.lost = 0
        self.changed_at = 0
        """The number of the last change of title, phase or languages."""
        self.phase = Phase.WAITING
        self.title = ""
        self.recorded = False
        self.offered: tuple[str, ...] = ()
        """Languages that there is something to read in."""
        self._captions: OrderedDict[str, tuple[int, Message]] = OrderedDict()

    @property
    def latest_s(self) -> float:
        """When the newest line began."""
        return max((_start_s(m) for _, m in self._captions.values()), default=0.0)

    def caption(self, name: str) -> Message | None:
        """A caption's newest revision, as the bot told it."""
        found = self._captions.get(name)
        return found[1] if found else None

    def finals(self) -> list[Message]:
        """The captions whose words are final, as the bot told them."""
        return [caption for _, caption in self._captions.values() if caption.get("final")]

    def since(self, after: int) -> list[tuple[int, Message]]:
        """Captions with a higher number, in order."""
        found = []
        for numbered in reversed(self._captions.values()):
            if numbered[0] <= after:
                break
            found.append(numbered)
        return found[::-1]

    def put(self, caption: Message) -> bool:
        """Whether the caption, or this revision of it, is new."""
        name = str(caption["id"])
        known = self._captions.get(name)
        if known is not None and _revision(known[1]) >= _revision(caption):
            return False
        self.number += 1
        self._captions[name] = (self.number, caption)
        self._captions.move_to_end(name)
        if len(self._captions) > MOST:
            _, (self.lost, _) = self._captions.popitem(last=False)
        self.offer((str(caption["language"]),))
        return True

    def offer(self, codes: Sequence[str]) -> None:
        """Languages that the meeting is translated into, or spoken in."""
        offered = tuple(dict.fromkeys((*self.offered, *filter(None, codes))))
        if offered != self.offered:
            self.offered = offered
            self._changed()

    def turn(self, phase: Phase) -> None:
        """The meeting stands otherwise now."""
        if phase is not self.phase:
            self.phase = phase
            self._changed()

    def record(self, recorded: bool) -> None:
        """Whether the sound is kept now."""
        if recorded != self.recorded:
            self.recorded = recorded
            self._changed()

    def name(self, title: str) -> None:
        """What the meeting is called."""
        if title != self.title:
            self.title = title
            self._changed()

    def replace(self, captions: Sequence[Message]) -> None:
        """These and no others, counted anew."""
        self.epoch = secrets.token_hex(6)
        self.number = self.lost = self.changed_at = 0
        self._captions.clear()
        for each in captions:
            self.put(each)

    def _changed(self) -> None:
        self.number += 1
        self.changed_at = self.number


def _revision(caption: Message) -> int:
    revision = caption.get("revision")
    return revision if isinstance(revision, int) else 0


def _start_s(caption: Message) -> float:
    start_s = caption.get("start_s")
    return float(start_s) if isinstance(start_s, int | float) else 0.0
