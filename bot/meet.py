"""One bot in one Meet: in, there, and out again."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.admission import Admission
from bot.browser import Browser, open_browser
from bot.camera import Camera
from bot.caretaker import Caretaker
from bot.chat import Chat
from bot.endpoint import PageEndpoint
from bot.health import BotHealth
from bot.intake import BotEvent, Intake
from bot.leave import leave_call
from bot.locales.en import ENGLISH
from bot.microphone import Microphone
from bot.outbox import Outbox
from bot.scripts import init_script
from bot.settings import BotSettings
from bot.tab import Tab
from bot.watch import Watch
from domain.audio import Frame
from domain.clock import MeetingClock
from domain.events import StageTimed
from domain.hints import Hint
from domain.meetings import Ending, MeetingState, Reason

log = logging.getLogger(__name__)

OnChange = Callable[[MeetingState, Reason, str], Awaitable[None]]


async def _keep_evidence(tab: Tab, folder: Path | None, ending: Ending) -> None:
    if folder is not None and not tab.page.is_closed():
        await tab.screenshot(folder, f"join-{ending.reason.value}")


class MeetBot:
    """An async context manager around one stay: `join`, then `stay`, then `leave`.

    `on_change` hears of every state with its reason and proof. Leaving the context closes
    the browser, its processes and its temporary profile, also when cancelled.
    """

    def __init__(self, settings: BotSettings, endpoint: PageEndpoint, on_change: OnChange) -> None:
        self.settings = settings
        self.intake = Intake(endpoint, settings.name)
        self.camera = Camera(endpoint, self.intake.notice)
        self.microphone = Microphone(endpoint, self.intake.notice)
        """A SpeechSink; heard in the meeting while the settings' microphone is on."""
        self._endpoint = endpoint
        self._on_change = on_change
        self.clock = MeetingClock.start()
        """Second 0 is the admission; before it, the start of the bot."""
        self.profile = Path()
        """The browser's profile folder."""
        self.frames: Callable[[], AsyncIterator[Frame]] = self.intake.sound.frames.read
        """Sound of all tracks since the admission; for one reader."""
        self.hints: Callable[[], AsyncIterator[Hint]] = self.intake.hints.read
        """What Meet says of speakers, words and people; for one reader."""
        self.events: Callable[[], AsyncIterator[BotEvent]] = self.intake.events.read
        """Levels, gaps, notices and timings; for one reader."""
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._care: list[asyncio.Task[None]] = []
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._state = MeetingState.STARTING
        self._browser: Browser
        self._tab: Tab
        self._chat: Chat
        self._watch: Watch
        self._group: asyncio.TaskGroup

    async def __aenter__(self) -> Self:
        """Starts the browser. Raises MissingError, BrowserError or UsageError."""
        async with AsyncExitStack() as stack:
            await self._on_change(
                MeetingState.STARTING, Reason.LAUNCHED, f"process {os.getpid()} is up"
            )
            self._endpoint.allow(self.settings.origin)
            self._endpoint.listener = self.intake
            stack.callback(self._detach)
            script = init_script(self.settings, self._endpoint, ENGLISH)
            self._browser = await stack.enter_async_context(open_browser(self.settings, script))
            self.profile = self._browser.profile
            self._tab = Tab(self._browser.page, ENGLISH)
            self._chat = Chat(self._tab)
            self._watch = Watch(self._tab, self.settings, self.clock, self._notify)
            self._browser.page.on("crash", lambda _: self._gone("the page crashed"))
            self._browser.page.on("close", lambda _: self._gone("the page was closed"))
            self._browser.context.on("close", lambda _: self._gone("the browser is gone"))
            self.intake.on_connected = self.camera.connected
            self.intake.on_camera = {
                "camera": self.camera.counted,
                "shown": self._shown,
                "spoken": self.microphone.spoken,
            }
            self._group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._detach)
            self._tasks.append(self._group.create_task(self.intake.run()))
            self._tasks.append(self._group.create_task(self.camera.run()))
            self._tasks.append(self._group.create_task(self.microphone.run()))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._ending.done():
            self._ending.cancel()
        await self._stack.__aexit__(kind, error, trace)

    async def join(self) -> Ending | None:
        """Goes in. None once it is proven to be in the call; otherwise how it ended."""
        evidence = f"Chromium {self._browser.version} is ready"
        await self._change(MeetingState.JOINING, Reason.BROWSER_READY, evidence)
        admission = Admission(self._tab, self.settings, self.clock, self._change)
        task = self._group.create_task(admission.run())
        either: set[asyncio.Future[Any]] = {task, self._ending}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            ending = self._ending.result() if self._ending.done() else task.result()
        finally:
            task.cancel()
        if ending is not None:
            await _keep_evidence(self._tab, self.settings.evidence, ending)
            return ending
        self.clock = self.intake.clock = MeetingClock.start()
        await self._change(MeetingState.IN_MEETING, Reason.ADMITTED, admission.evidence)
        self._take_care()
        return None

    async def stay(self) -> Ending:
        """Waits until the stay is over, by the end rules or by `stop`."""
        return await asyncio.shield(self._ending)

    def stop(self, reason: Reason, evidence: str = "") -> None:
        """Makes `join` and `stay` return."""
        if not self._ending.done():
            self._ending.set_result(Ending(reason, evidence))

    async def leave(self, reason: Reason) -> bool:
        """Leaves the call; whether the page proved it in time."""
        await self._change(MeetingState.LEAVING, reason, "")
        if self._browser.page.is_closed():
            return False
        for task in self._care:
            task.cancel()
        proof = await leave_call(self._tab, self.settings.leave_timeout_s)
        self._notify("left" if proof else "left_unproven", proof or "No proof of having left.")
        return proof is not None

    async def say(self, text: str) -> bool:
        """Writes in the chat, in pieces of 500 characters; whether all of it stands there."""
        return self._state is MeetingState.IN_MEETING and await self._chat.say(text)

    @property
    def health(self) -> BotHealth:
        """What can be measured now."""
        return BotHealth.of(self.intake, self.camera, self._watch.devices, self._tab.drifted())

    def _take_care(self) -> None:
        self._watch = Watch(self._tab, self.settings, self.clock, self._notify)
        care = Caretaker(
            self._tab,
            self._watch,
            self._chat,
            self.intake,
            lambda e: self.stop(e.reason, e.evidence),
        )
        self.intake.on_chat = care.obey
        for work in (care.run(self.clock), care.open_chat()):
            self._care.append(self._group.create_task(work))

    def _shown(self, message: dict[str, Any], at_s: float) -> None:
        age_s = self.camera.shown(message, at_s)
        if age_s is not None:
            self.intake.events.put(StageTimed("send", max(0.0, age_s), at_s))

    async def _change(self, state: MeetingState, reason: Reason, evidence: str) -> None:
        self._state = state
        await self._on_change(state, reason, evidence)

    def _notify(self, kind: str, text: str) -> None:
        self.intake.notice(kind, text, self.clock.now_s() if self.intake.clock else 0.0)

    def _gone(self, evidence: str) -> None:
        if self._state is not MeetingState.LEAVING:
            self.stop(Reason.PAGE_GONE, evidence)

    def _detach(self) -> None:
        for task in (*self._tasks, *self._care):
            task.cancel()
        self._endpoint.listener = None
        boxes: tuple[Outbox[Any], ...] = (
            self.intake.sound.frames,
            self.intake.hints,
            self.intake.events,
        )
        for box in boxes:
            box.close()
