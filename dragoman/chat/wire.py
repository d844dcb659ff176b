"""Puts the chat's commands to work in a running session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.meet import MeetBot
from domain.hints import ChatHint
from dragoman.chat.commands import ChatParts
from dragoman.chat.desk import ChatDesk
from dragoman.chat.report import Engines
from dragoman.controls import SessionControls
from dragoman.hub import Hub
from dragoman.settings import Settings
from dragoman.stage import Engines as StageEngines
from dragoman.translators import missing_pairs
from web.live_state import LiveState


def chat_parts(
    controls: SessionControls, engines: StageEngines, settings: Settings, live: LiveState,
    bot: MeetBot, hub: Hub,
) -> ChatParts:  # fmt: skip
    """What the commands of a session work with."""
    spoken = settings.hearing.languages
    translators = engines.translators
    return ChatParts(
        controls=controls,
        say=bot.say,
        snapshot=live.snapshot,
        engines=Engines(
            recognizer=engines.recognizer.info.name,
            translators=tuple(each.info.name for each in translators),
            spoken=spoken,
        ),
        missing=lambda codes: missing_pairs(translators, spoken, codes),
        notify=hub.publish,
        now_s=lambda: bot.clock.now_s(),
    )


@asynccontextmanager
async def chatting(bot: MeetBot, desk: ChatDesk) -> AsyncIterator[None]:
    """Obeys the chat while the context lasts."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.run())
        bot.intake.on_chat = desk.take
        try:
            yield
        finally:
            bot.intake.on_chat = _nobody
            task.cancel()


def _nobody(message: ChatHint) -> None:
    """Nobody obeys."""
