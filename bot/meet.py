"""One bot in one Meet: in, there, and out again."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Error

from bot.admission import Admission
from bot.browser import Browser, open_browser
from bot.camera import Camera
from bot.chat import Chat, asks_to_leave
from bot.endpoint import PageEndpoint
from bot.health import BotHealth
from bot.intake import BotEvent, Intake
from bot.leave import leave_call
from bot.locales.en import ENGLISH
from bot.scripts import init_script
from bot.settings import BotSettings
from bot.tab import Tab
from bot.watch import POLL_S, Watch
from domain.audio import Frame
from domain.clock import MeetingClock
from domain.errors import BrowserError
from domain.events import StageTimed
from domain.hints import ChatHint, Hint
from domain.meetings import Ending, MeetingState, Reason

log = logging.getLogger(__name__)

OnChange = Callable[[MeetingState, Reason, str], Awaitable[None]]


class MeetBot:
    """An async context manager around one stay: `join`, then `stay`, then `leave`.

    `on_change` hears of every state with its reason and proof. Leaving the context closes
    the browser, its processes and its temporary profile, also when cancelled.
    """

    def __init__(self, settings: BotSettings, endpoint: PageEndpoint, on_change: OnChange) -> None:
        self.settings = settings
        self.intake = Intake(endpoint, settings.name)
        self.camera = Camera(endpoint, self.intake.notice)
        self._endpoint = endpoint
        self._on_change = on_change
        self._clock = MeetingClock.start()
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._state = MeetingState.STARTING
        self._browser: Browser
        self._tab: Tab
        self._chat: Chat
        self._watch: Watch
        self._group: asyncio.TaskGroup

    async def __aenter__(self) -> Self:
        """Starts the browser. Raises MissingError or BrowserError."""
        async with AsyncExitStack() as stack:
            await self._on_change(
                MeetingState.STARTING, Reason.LAUNCHED, f"process {os.getpid()} is up"
            )
            self._endpoint.allow(self.settings.origin)
            self._endpoint.listener = self.intake
            stack.callback(self._detach)
            script = init_script(self.settings, self._endpoint, ENGLISH)
            self._browser = await stack.enter_async_context(open_browser(self.settings, script))
            self._tab = Tab(self._browser.page, ENGLISH)
            self._chat = Chat(self._tab)
            self._watch = Watch(self._tab, self.settings, self._clock, self._notify)
            self._browser.page.on("crash", lambda _: self._gone("the page crashed"))
            self._browser.page.on("close", lambda _: self._gone("the page was closed"))
            self._browser.context.on("close", lambda _: self._gone("the browser is gone"))
            self.intake.on_connected = self.camera.connected
            self.intake.on_chat = self._obey
            self.intake.on_camera = {"camera": self.camera.counted, "shown": self._shown}
            self._group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._cancel_tasks)
            self._own(self.intake.run())
            self._own(self.camera.run())
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

    @property
    def clock(self) -> MeetingClock:
        """Second 0 is the admission; before it, the start of the bot."""
        return self._clock

    @property
    def profile(self) -> Path:
        """The browser's profile folder."""
        return self._browser.profile

    async def join(self) -> Ending | None:
        """Goes in. None once it is proven to be in the call; otherwise how it ended."""
        evidence = f"Chromium {self._browser.version} is ready"
        await self._change(MeetingState.JOINING, Reason.BROWSER_READY, evidence)
        admission = Admission(self._tab, self.settings, self._clock, self._in_lobby)
        ending = await self._unless_over(self._admit(admission))
        if ending is not None:
            await self._keep_evidence(ending)
            return ending
        self._clock = MeetingClock.start()
        self.intake.clock = self._clock
        self._watch = Watch(self._tab, self.settings, self._clock, self._notify)
        await self._change(MeetingState.IN_MEETING, Reason.ADMITTED, admission.evidence)
        self._own(self._keep_watch())
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
        for task in self._tasks[2:]:
            task.cancel()
        proof = await leave_call(self._tab, self.settings.leave_timeout_s)
        self._notify("left" if proof else "left_unproven", proof or "No proof of having left.")
        return proof is not None

    async def say(self, text: str) -> bool:
        """Writes in the chat, in pieces of 500 characters; whether all of it stands there."""
        return self._state is MeetingState.IN_MEETING and await self._chat.say(text)

    def frames(self) -> AsyncIterator[Frame]:
        """Sound of all tracks since the admission; for one reader."""
        return self.intake.sound.frames.read()

    def hints(self) -> AsyncIterator[Hint]:
        """What Meet says of speakers, words and people; for one reader."""
        return self.intake.hints.read()

    def events(self) -> AsyncIterator[BotEvent]:
        """Levels, gaps, notices and timings; for one reader."""
        return self.intake.events.read()

    @property
    def health(self) -> BotHealth:
        """What can be measured now."""
        return BotHealth.of(self.intake, self.camera, self._watch.devices, self._tab.drifted())

    # inside

    async def _admit(self, admission: Admission) -> Ending | None:
        try:
            return await admission.run()
        except BrowserError as error:
            return Ending(Reason.BROWSER_FAILED, error.message)
        except Error as error:
            return Ending(Reason.PAGE_GONE, error.message.splitlines()[0])

    async def _unless_over(self, work: Coroutine[Any, Any, Ending | None]) -> Ending | None:
        task = self._group.create_task(work)
        try:
            either: set[asyncio.Future[Any]] = {task, self._ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return self._ending.result() if self._ending.done() else task.result()
        finally:
            task.cancel()

    async def _keep_watch(self) -> None:
        self._own(self._open_chat())
        while not self._ending.done():
            try:
                ending = await self._watch.look(self.intake.roster.company)
            except Error as error:
                ending = None
                if self._browser.page.is_closed():
                    ending = Ending(Reason.PAGE_GONE, error.message.splitlines()[0])
            if ending:
                self.stop(ending.reason, ending.evidence)
                return
            self._hear()
            await asyncio.sleep(POLL_S)

    async def _open_chat(self) -> None:
        if not await self._chat.open():
            self._notify("chat_closed", "The chat cannot be used.")

    def _hear(self) -> None:
        newest = max(self.intake.last_heard_s or 0.0, self.intake.last_caption_s or 0.0)
        if newest and self._clock.now_s() - newest < 2 * POLL_S + 1:
            self._watch.rules.heard()

    async def _in_lobby(self, evidence: str) -> None:
        await self._change(MeetingState.LOBBY, Reason.KNOCKED, evidence)

    async def _change(self, state: MeetingState, reason: Reason, evidence: str) -> None:
        self._state = state
        await self._on_change(state, reason, evidence)

    async def _keep_evidence(self, ending: Ending) -> None:
        if self.settings.evidence is not None and not self._browser.page.is_closed():
            await self._tab.screenshot(self.settings.evidence, f"join-{ending.reason.value}")

    def _obey(self, message: ChatHint) -> None:
        if message.sender and asks_to_leave(message.text):
            self.stop(Reason.LEAVE_COMMAND, "somebody asked for it in the chat")

    def _shown(self, message: dict[str, Any], at_s: float) -> None:
        age_s = self.camera.shown(message, at_s)
        if age_s is not None:
            self.intake.events.put(StageTimed("send", max(0.0, age_s), at_s))

    def _notify(self, kind: str, text: str) -> None:
        self.intake.notice(kind, text, self._clock.now_s() if self.intake.clock else 0.0)

    def _gone(self, evidence: str) -> None:
        if self._state is not MeetingState.LEAVING:
            self.stop(Reason.PAGE_GONE, evidence)

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(self._group.create_task(work))

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _detach(self) -> None:
        self._endpoint.listener = None
        self.intake.sound.frames.close()
        self.intake.hints.close()
        self.intake.events.close()
