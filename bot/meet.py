"""One bot in one Meet: in, there, and out again."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.camera import Camera
from bot.caretaker import Caretaker
from bot.drift import DriftReport
from bot.endpoint import PageEndpoint
from bot.evidence import PageEvidence, page_evidence
from bot.health import BotHealth
from bot.intake import BotEvent, Intake
from bot.knocks import Knocks
from bot.microphone import Microphone
from bot.network import site_answers
from bot.outbox import Outbox
from bot.pulse import PulseServer, private_server
from bot.scripts import init_script
from bot.settings import BotSettings
from bot.sink import read_sink
from bot.visit import Visit, open_visit, unless
from bot.watch import Watch
from domain.audio import Frame
from domain.clock import MeetingClock
from domain.errors import DragomanError
from domain.events import StageTimed
from domain.hints import Hint
from domain.meetings import Ending, MeetingState, Reason
from domain.recovery import LOST_PAGE

log = logging.getLogger(__name__)

OnChange = Callable[[MeetingState, Reason, str], Awaitable[None]]


_CHAT_READ_S = 5.0
AWAY_S = 300.0
"""Longest wait for a site that cannot be reached, before a try to come back."""


async def _at_once() -> None:
    """Nobody wants to see the page before it goes."""


def _shown(camera: Camera, intake: Intake, message: dict[str, Any], at_s: float) -> None:
    age_s = camera.shown(message, at_s)
    if age_s is not None:
        intake.events.put(StageTimed("send", max(0.0, age_s), at_s))


async def _within(seconds: float, happened: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await happened.wait()


def _broke(ending: asyncio.Future[Ending]) -> bool:
    """Whether the page was lost, and nobody sent the bot away."""
    return ending.done() and not ending.cancelled() and ending.result().reason in LOST_PAGE


def _failed(error: DragomanError | OSError) -> Ending:
    said = error.message if isinstance(error, DragomanError) else str(error.strerror)
    return Ending(Reason.BROWSER_FAILED, said)


def _close(intake: Intake) -> None:
    boxes: tuple[Outbox[Any], ...] = (intake.sound.frames, intake.hints, intake.events)
    for box in boxes:
        box.close()


class MeetBot:
    """An async context manager around one stay: `join`, then `stay`, then `leave`.

    `on_change` hears of every state with its reason and proof. With a `clock` the bot was in
    this meeting before and goes on in its time. Where the page or the browser breaks, `rejoin`
    goes in again with a fresh one. Leaving the context closes the browser, its processes and
    its temporary profile, also when cancelled.
    """

    def __init__(
        self,
        settings: BotSettings,
        endpoint: PageEndpoint,
        on_change: OnChange,
        clock: MeetingClock | None = None,
    ) -> None:
        self.settings = settings
        self.intake = Intake(endpoint, settings.name)
        self.camera = Camera(endpoint, self.intake.notice)
        self.microphone = Microphone(endpoint, self.intake.notice)
        """A SpeechSink; heard in the meeting while the settings' microphone is on."""
        self._endpoint = endpoint
        self._on_change = on_change
        self._been_in = clock is not None
        self.clock = clock or MeetingClock.start()
        """Second 0 is the first admission; before it, the start of the bot."""
        self.profile = Path()
        """The browser's profile folder."""
        self.frames: Callable[[], AsyncIterator[Frame]] = self.intake.sound.frames.read
        """Sound of all tracks since the admission; for one reader."""
        self.hints: Callable[[], AsyncIterator[Hint]] = self.intake.hints.read
        """What Meet says of speakers, words and people; for one reader."""
        self.events: Callable[[], AsyncIterator[BotEvent]] = self.intake.events.read
        """Levels, gaps, notices and timings; for one reader."""
        self.before_close: Callable[[], Awaitable[None]] = _at_once
        """Awaited before a broken page is given up for another."""
        self.rejoins = 0
        """How often it went in again after a fault."""
        self._stack = AsyncExitStack()
        self._visits = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._state = MeetingState.STARTING
        self._server: PulseServer | None = None
        self._visit: Visit
        self._watch: Watch
        self._group: asyncio.TaskGroup

    async def __aenter__(self) -> Self:
        """Starts the browser. Raises MissingError, BrowserError or UsageError."""
        async with AsyncExitStack() as stack:
            up = f"process {os.getpid()} is up"
            await self._on_change(MeetingState.STARTING, Reason.LAUNCHED, up)
            self._endpoint.allow(self.settings.origin)
            self._endpoint.listener = self.intake
            stack.callback(self._detach)
            server = private_server(self.settings.sink != "off")
            self._server = await stack.enter_async_context(server)
            stack.push_async_callback(self._visits.aclose)
            await self._open()
            self.intake.on_connected = self.camera.connected
            self.camera.back.expected = lambda: self._watch.devices.camera_on
            self.intake.on_camera = {
                "camera": self.camera.counted,
                "shown": partial(_shown, self.camera, self.intake),
                "spoken": self.microphone.spoken,
                "network": lambda message, at_s: self.intake.line.heard(message, at_s),
            }
            self._group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(lambda: self._visit.rest())
            stack.callback(self._detach)
            work = [self.intake.run(), self.camera.run(), self.microphone.run()]
            if self._server is not None:
                work.append(read_sink(self._server, self.intake, self._endpoint))
            self._tasks += [self._group.create_task(each) for each in work]
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
        visit = self._visit
        visit.idle()
        evidence = f"Chromium {visit.browser.version} is ready"
        await self._change(MeetingState.JOINING, Reason.BROWSER_READY, evidence)
        admission = Knocks(visit.tab, self.settings, self.clock, self._change, self._notify)
        ending = await unless(self._ending, admission.run())
        if ending is None:
            await self._enter(admission.evidence)
        return ending

    async def rejoin(self, why: str, after_s: float = 0.0) -> Ending | None:
        """Goes in again with a fresh browser, after a pause; `stop` ends both. As `join`."""
        self._visit.rest()
        self.rejoins += 1
        if not self._ending.done() or _broke(self._ending):
            self._ending = asyncio.get_running_loop().create_future()
        await self._change(MeetingState.STARTING, Reason.RECOVERING, why)
        await self.before_close()
        await self._endpoint.drop()
        await self._visits.aclose()
        self.intake.sound.away()
        await asyncio.wait({self._ending}, timeout=after_s)
        told = partial(self._notify, "site_away", "The site does not answer; the bot waits for it.")
        await unless(self._ending, site_answers(self.settings.origin, AWAY_S, told))
        if self._ending.done():
            return self._ending.result()
        try:
            await self._open()
        except (DragomanError, OSError) as error:
            return self._ending.result() if self._ending.done() else _failed(error)
        return await self.join()

    async def stay(self) -> Ending:
        """Waits until the stay is over, by the end rules or by `stop`."""
        return await asyncio.shield(self._ending)

    def stop(self, reason: Reason, evidence: str = "") -> None:
        """Makes `join` and `stay` return; a page that broke just before does not bring it back."""
        if _broke(self._ending) and reason not in LOST_PAGE:
            self._ending = asyncio.get_running_loop().create_future()
        if not self._ending.done():
            self._ending.set_result(Ending(reason, evidence))

    async def leave(self, reason: Reason) -> bool:
        """Leaves the call; whether the page proved it in time."""
        await self._change(MeetingState.LEAVING, reason, "")
        proof = await self._visit.leave(self.settings.leave_timeout_s)
        self._notify("left" if proof else "left_unproven", proof or "No proof of having left.")
        return proof is not None

    async def say(self, text: str) -> bool:
        """Writes in the chat, in pieces of 500 characters; whether all of it stands there.

        Not before the chat has been read so far: what is written after it is new.
        """
        await _within(_CHAT_READ_S, self.intake.chat_read)
        return self._state is MeetingState.IN_MEETING and await self._visit.chat.say(text)

    async def evidence(self) -> PageEvidence:
        """What the page looks like now."""
        return await page_evidence(self._visit.browser.page)

    @property
    def health(self) -> BotHealth:
        """What can be measured now."""
        drift = self._visit.tab.drifted()
        return BotHealth.of(self.intake, self.camera, self._watch.devices, drift)

    @property
    def drift(self) -> DriftReport:
        """Which locators found what on the pages of this stay."""
        return self._visit.tab.report()

    async def _open(self) -> None:
        script = init_script(self.settings, self._endpoint)
        sink = self._server.sink if self._server else None
        gone = partial(self.stop, Reason.PAGE_GONE)
        visit = open_visit(self.settings, script, gone, sink)
        self._visit = await self._visits.enter_async_context(visit)
        self.profile = self._visit.browser.profile
        self._watch = Watch(self._visit.tab, self.settings, self.clock, self._notify)

    async def _enter(self, evidence: str) -> None:
        reason = Reason.REJOINED if self._been_in else Reason.ADMITTED
        if not self._been_in:
            self.clock = MeetingClock.start()
        self.intake.clock = self.clock
        self._been_in = True
        await self._change(MeetingState.IN_MEETING, reason, evidence)
        visit = self._visit
        self._watch = Watch(visit.tab, self.settings, self.clock, self._notify)
        self._watch.devices.language.heard = lambda: self.intake.captions.language
        over = partial(_end, self)
        care = Caretaker(visit.tab, self._watch, visit.chat, self.intake, over)
        visit.care(self._group, care.run(self.clock))
        visit.care(self._group, care.open_chat())

    async def _change(self, state: MeetingState, reason: Reason, evidence: str) -> None:
        self._state = state
        await self._on_change(state, reason, evidence)

    def _notify(self, kind: str, text: str) -> None:
        self.intake.notice(kind, text, self.clock.now_s() if self.intake.clock else 0.0)

    def _detach(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._endpoint.listener = None
        _close(self.intake)


def _end(bot: MeetBot, ending: Ending) -> None:
    bot.stop(ending.reason, ending.evidence)
