"""Takes chat messages, has those that are commands obeyed, and answers in the chat."""

import asyncio
import logging
from collections import OrderedDict

from domain.errors import UsageError
from domain.hints import ChatHint
from dragoman.chat.commands import ChatCommands, ChatParts
from dragoman.chat.limits import Limits
from dragoman.chat.orders import Order, parse
from dragoman.chat.phrases import say, shorten
from dragoman.chat.rights import may
from dragoman.groups.chat import ChatGroup

log = logging.getLogger(__name__)

MOST_WAITING = 16
"""Commands that wait to be obeyed; beyond it the newest is dropped, counted and logged once."""
MOST_KNOWN = 1000
"""Messages, the newest, that are known by their ids."""
HINT_S = 60.0
"""Hints that commands were unknown, refused or too many are so far apart at least, each kind."""


class ChatDesk:
    """`take` gets every message of the chat, `run` obeys and answers, for ever.

    Neither what the bot wrote itself nor what stood in the chat before it came is obeyed.
    """

    def __init__(self, settings: ChatGroup, parts: ChatParts) -> None:
        self.dropped = 0
        self._settings = settings
        self._parts = parts
        self._commands = ChatCommands(parts)
        self._limits = Limits(settings.each, settings.together)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._orders: asyncio.Queue[tuple[Order, str]] = asyncio.Queue(MOST_WAITING)
        self._hinted_s: dict[str, float] = {}

    def take(self, message: ChatHint) -> None:
        """Never waits. Leaving is not counted, and does not wait behind other commands."""
        order = parse(message.text) if message.sender and not message.earlier else None
        if order is None or self._known(message.message_id):
            return
        if order.word != "leave":
            if self._settings.commands != "off":
                self._queue(order, message.sender)
        elif self._may(order, message.sender):
            self._commands.obey(order, message.sender)
        elif self._settings.leave == "host":
            self._queue(order, message.sender)

    async def run(self) -> None:
        """Obeys one command after another."""
        try:
            while True:
                await self._one(*await self._orders.get())
        finally:
            self._commands.close()

    async def _one(self, order: Order, sender: str) -> None:
        """A command that fails costs nobody the meeting."""
        try:
            answer = self._answer(order, sender)
            if answer and not await self._parts.say(shorten(answer)):
                log.info("an answer did not reach the chat")
        except Exception:
            log.exception("a command of the chat failed")

    def _known(self, message_id: str) -> bool:
        known = message_id in self._seen
        self._seen[message_id] = None
        if len(self._seen) > MOST_KNOWN:
            self._seen.popitem(last=False)
        return known

    def _may(self, order: Order, sender: str) -> bool:
        people = [p for p in self._parts.snapshot().people if p.left_s is None]
        return may(self._settings, order.word, sender, people)

    def _queue(self, order: Order, sender: str) -> None:
        try:
            self._orders.put_nowait((order, sender))
        except asyncio.QueueFull:
            self.dropped += 1
            if self.dropped == 1:
                log.warning("commands come faster than they are obeyed; some are dropped")

    def _answer(self, order: Order, sender: str) -> str:
        if not self._limits.allow(sender, self._parts.now_s()):
            return self._hint("slower")
        if not order.known:
            return self._hint("unknown")
        if not self._may(order, sender):
            return self._hint("denied")
        try:
            return self._commands.obey(order, sender)
        except UsageError as error:
            return f"{error.message} {error.remedy}".strip()

    def _hint(self, phrase: str) -> str:
        now_s = self._parts.now_s()
        if now_s - self._hinted_s.get(phrase, -HINT_S) < HINT_S:
            return ""
        self._hinted_s[phrase] = now_s
        return say(phrase, self._parts.controls.targets.now)
