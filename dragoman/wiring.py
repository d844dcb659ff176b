"""Builds the parts of a session from the settings and unwinds them in order."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from aiohttp import web

from bot.endpoint import PageEndpoint
from bot.meet import MeetBot
from bot.settings import BotSettings
from domain.clock import MeetingClock
from domain.events import Notice, Retargeted
from domain.languages import name
from domain.links import SITE
from domain.meetings import Meeting
from domain.ports import PictureSink
from domain.recovery import run_number
from dragoman.announce import Told, greeting
from dragoman.chat.desk import ChatDesk
from dragoman.chat.wire import chat_parts, chatting
from dragoman.controls import SessionControls
from dragoman.evidence.keeper import EvidenceKeeper
from dragoman.facts import FactKeeper
from dragoman.heartbeat import heartbeats
from dragoman.hub import Hub
from dragoman.links import site_of
from dragoman.loopback import served
from dragoman.pause import Pause
from dragoman.recording.keeping import dot, open_recorder
from dragoman.recording.recorder import Recorder
from dragoman.resume import Earlier, earlier, note_clock
from dragoman.settings import Settings
from dragoman.stage import Engines, Stage, StageSettings, build_stage, open_engines
from dragoman.steps import Steps
from dragoman.store import Stores
from dragoman.targets import Targets
from dragoman.trace import Trace
from dragoman.translators import missing_pairs
from dragoman.vitals import add_vitals
from dragoman.voices import Heard, offer_speech, open_voices, speech_feed, spoken_translations
from dragoman.webcam import webcams
from overlay.overlay import Overlay
from overlay.painter import Painter
from overlay.settings import OverlaySettings
from overlay.sinks.mjpeg import MjpegFeed
from overlay.sinks.mp4 import Mp4File
from overlay.sinks.png import PngFile
from pipeline.voice.chain import VoiceChain
from pipeline.voice.own_speech import OwnSpeech
from web.listen import SpeechFeed
from web.live import LivePage
from web.live_state import LiveState


class SessionCrew:
    """What outlives the stay in the meeting; `build_crew` makes it."""

    bot: MeetBot
    engines: Engines
    voice: VoiceChain
    speech: SpeechFeed
    live_url: str
    controls: SessionControls
    pause: Pause
    recorder: Recorder

    def __init__(self, meeting: Meeting, settings: Settings, stores: Stores) -> None:
        self.facts = FactKeeper(meeting.id, stores.facts, stores.transcripts)
        self._stores = stores
        self.hub = Hub()
        self.trace = Trace(settings.measure)
        self.steps = Steps(meeting.id, meeting.state, stores.meetings, self.hub, meeting.changes)
        self.earlier: Earlier | None = None
        self.feed = MjpegFeed()
        self.own = OwnSpeech()
        self.targets = Targets(meeting.languages)
        self.live = LiveState(meeting.code, meeting.languages)
        self._meeting = meeting
        self._settings = settings

    def greeting(self) -> Sequence[str]:
        """What the bot says of itself in the chat; nothing where that is not wanted."""
        if not self._settings.bot.announce:
            return ()
        chat = self._settings.chat
        told = Told(self.recorder.on, chat.leave != "off", chat.commands != "off")
        return greeting(self._meeting.name, self._meeting.languages, told)

    async def begin(self, clock: MeetingClock) -> None:
        """Stores the meeting's second 0, for a process that comes after too."""
        await self.steps.begin(clock.began_at)
        await note_clock(self._stores.facts, self._meeting.id, clock)

    @asynccontextmanager
    async def stage(self, clock: MeetingClock) -> AsyncIterator[Stage]:
        """What hears, says, draws and writes while the bot is in the meeting."""
        settings, meeting = self._settings, self._now()
        async with AsyncExitStack() as stack:
            look = overlay_settings(meeting, settings)
            overlay = await stack.enter_async_context(
                Overlay(look, clock, await self._sinks(clock), self.hub.publish)
            )
            self.pause = Pause(self.hub.publish, clock.now_s)
            self.controls.attach(overlay, look, self.pause)
            heard = Heard(self.speech, self.bot.microphone, self.own)
            spoken = await stack.enter_async_context(
                spoken_translations(settings.voice, self.voice, clock, heard, self.hub.publish)
            )
            run = run_number(self._meeting.changes)
            how = StageSettings(clock, sinks=(overlay, spoken), run=run, passing=self.own.passing)
            stage = await stack.enter_async_context(
                build_stage(meeting, self.engines, settings, self._stores, self.hub, how)
            )
            stack.enter_context(self.targets.followed(stage.captioner.translate_into))
            parts = chat_parts(self.controls, self.engines, settings, self.live, self.bot, self.hub)
            await stack.enter_async_context(chatting(self.bot, ChatDesk(settings.chat, parts)))
            yield stage

    def _now(self) -> Meeting:
        """The meeting with the languages that it is translated into by now."""
        return replace(self._meeting, languages=self.targets.now)

    async def _sinks(self, clock: MeetingClock) -> list[PictureSink]:
        """Where the picture goes."""
        camera = self._settings.camera
        sinks: list[PictureSink] = [self.feed]
        if camera.on:
            sinks.append(self.bot.camera)
        if camera.record is not None:
            sinks.append(Mp4File(camera.record, clock))
        if camera.png is not None:
            sinks.append(PngFile(camera.png))
        return sinks + await webcams(camera.webcam, clock, self.hub.publish)


def overlay_settings(meeting: Meeting, settings: Settings) -> OverlaySettings:
    """How the meeting's picture looks at its start."""
    camera = settings.camera
    return OverlaySettings(
        targets=meeting.languages,
        sources=settings.hearing.languages,
        layout=camera.layout,
        theme=camera.theme,
        large=camera.large,
        show_original=camera.show_original,
        stamp=settings.measure is not None,
    )


@asynccontextmanager
async def build_crew(
    meeting: Meeting, settings: Settings, stores: Stores
) -> AsyncIterator[SessionCrew]:
    """A crew with a started browser and its own pages up. Raises DragomanError."""
    async with AsyncExitStack() as stack:
        crew = SessionCrew(meeting, settings, stores)
        # Missing fonts are told now, not when the bot is in the call.
        await asyncio.to_thread(Painter, overlay_settings(meeting, settings))
        stack.enter_context(crew.trace)
        await stack.enter_async_context(crew.facts)
        crew.earlier = await earlier(meeting, stores, settings.hearing.max_utterance_s)
        await stack.enter_async_context(heartbeats(meeting.id, stores.bots))
        live = crew.live
        crew.recorder = await stack.enter_async_context(
            open_recorder(meeting.id, settings, stores, crew.hub.publish)
        )
        for watcher in (crew.trace.event, crew.facts.note, live.apply, crew.recorder.event):
            crew.hub.on(watcher)
        token = secrets.token_urlsafe(24)
        endpoint = PageEndpoint()
        crew.controls = SessionControls(settings.camera, crew.targets, live.dress, meeting.name)
        await stack.enter_async_context(_tend_targets(crew, stores, meeting.id))
        crew.hub.on(dot(crew.controls.look))
        page = LivePage(token, crew.hub.subscribe, live.snapshot, crew.feed.frames, crew.controls)
        app = _application(endpoint, token, crew)
        crew.voice = await stack.enter_async_context(
            open_voices(settings.voice, meeting.languages, crew.hub.publish)
        )
        crew.speech = speech_feed(settings.voice, crew.voice, meeting.languages)
        page.let_listen(crew.speech)
        crew.targets.on(partial(offer_speech, crew.speech, settings.voice, crew.voice))
        page.add_routes(app)
        port = await stack.enter_async_context(served(app, settings.web.port))
        endpoint.bind(f"ws://127.0.0.1:{port}")
        crew.live_url = f"http://127.0.0.1:{port}/live?token={token}"
        await stores.meetings.update(meeting.id, endpoint=crew.live_url)
        crew.engines = await stack.enter_async_context(open_engines(settings, crew.hub, stores))
        _tell_missing(crew, settings.hearing.languages, meeting.languages)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        crew.bot = await stack.enter_async_context(
            MeetBot(
                _bot_settings(meeting, settings),
                endpoint,
                crew.steps.take,
                crew.earlier.clock if crew.earlier else None,
            )
        )
        tasks.create_task(_pass_on(crew.bot, crew.hub))
        folder = settings.data_dir / "meetings" / meeting.id
        await stack.enter_async_context(_keeping_evidence(crew, folder))
        yield crew


def _application(endpoint: PageEndpoint, token: str, crew: SessionCrew) -> web.Application:
    """What the bot's own page and those who look after it reach."""
    app = web.Application()
    endpoint.add_routes(app)
    add_vitals(app, token, lambda: getattr(crew, "bot", None))
    return app


def _bot_settings(meeting: Meeting, settings: Settings) -> BotSettings:
    bot = settings.bot
    link = site_of(meeting.link)
    headless = bot.headless if bot.headless is not None else link.site != SITE
    return BotSettings(
        link=link,
        name=meeting.name,
        camera=settings.camera.on,
        microphone=bot.microphone or bool(settings.voice.microphone_language),
        caption_language=settings.hearing.caption_language,
        spoken=settings.hearing.languages,
        headless=headless,
        browser=str(bot.browser or ""),
        profile=bot.profile,
        sandbox=bot.sandbox,
        sink=bot.sink,
        start_timeout_s=bot.start_timeout_s,
        lobby_timeout_s=bot.lobby_timeout_s,
        help_timeout_s=bot.help_timeout_s,
        cap_s=bot.cap_s,
        alone_s=bot.alone_s,
        silence_s=bot.silence_s,
    )


def _tell_missing(crew: SessionCrew, spoken: Sequence[str], wanted: Sequence[str]) -> None:
    for source, target in missing_pairs(crew.engines.translators, spoken, wanted):
        text = f"Nothing here translates from {name(source)} to {name(target)}."
        crew.hub.publish(Notice("no_translator", f"{text} See: dragoman doctor", 0.0))


@asynccontextmanager
async def _keeping_evidence(crew: SessionCrew, folder: Path) -> AsyncIterator[None]:
    """Failures leave a picture of the page behind, and so does whoever asks."""
    async with EvidenceKeeper(folder, crew.bot.evidence) as keeper:
        crew.hub.on(keeper.note)
        crew.bot.before_close = keeper.captured
        crew.controls.keep_evidence = keeper.asked
        try:
            yield
        finally:
            crew.controls.keep_evidence = None


@asynccontextmanager
async def _tend_targets(crew: SessionCrew, stores: Stores, meeting_id: str) -> AsyncIterator[None]:
    """Other languages are told to whoever watches, and stand in the meeting's row."""

    async def keep(codes: tuple[str, ...]) -> None:
        await stores.meetings.update(meeting_id, languages=codes)

    crew.targets.on(lambda codes: crew.hub.publish(Retargeted(codes)))
    with crew.targets.followed(keep):
        async with crew.targets.tending():
            yield


async def _pass_on(bot: MeetBot, hub: Hub) -> None:
    """Publishes what the bot tells of itself, until it is closed."""
    async for event in bot.events():
        hub.publish(event)
