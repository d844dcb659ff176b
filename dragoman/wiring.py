"""Builds the parts of a session from the settings and unwinds them in order."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from bot.endpoint import PageEndpoint
from bot.meet import MeetBot
from bot.settings import BotSettings
from domain.clock import MeetingClock
from domain.events import Notice
from domain.languages import name
from domain.links import SITE
from domain.meetings import Meeting
from domain.ports import PictureSink
from dragoman.cards import idle_card
from dragoman.controls import SessionControls
from dragoman.facts import FactKeeper
from dragoman.heartbeat import heartbeats
from dragoman.hub import Hub
from dragoman.links import site_of
from dragoman.loopback import served
from dragoman.pause import Pause
from dragoman.settings import Settings
from dragoman.stage import Engines, Stage, StageSettings, build_stage, open_engines
from dragoman.steps import Steps
from dragoman.store import Stores
from dragoman.trace import Trace
from dragoman.translators import missing_pairs
from dragoman.voices import Heard, open_voices, speech_feed, spoken_translations
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

    def __init__(self, meeting: Meeting, settings: Settings, stores: Stores) -> None:
        self.facts = FactKeeper(meeting.id, stores.facts, stores.transcripts)
        self._stores = stores
        self.hub = Hub()
        self.trace = Trace(settings.measure)
        self.steps = Steps(meeting.id, meeting.state, stores.meetings, self.hub)
        self.feed = MjpegFeed()
        self._meeting = meeting
        self._settings = settings

    @asynccontextmanager
    async def stage(self, clock: MeetingClock) -> AsyncIterator[Stage]:
        """What hears, says, draws and writes while the bot is in the meeting."""
        settings, meeting = self._settings, self._meeting
        async with AsyncExitStack() as stack:
            overlay = await stack.enter_async_context(self._overlay(clock))
            own = OwnSpeech()
            heard = Heard(self.speech, self.bot.microphone, own)
            spoken = await stack.enter_async_context(
                spoken_translations(settings.voice, self.voice, clock, heard, self.hub.publish)
            )
            how = StageSettings(clock, sinks=(overlay, spoken), passing=own.passing)
            stage = await stack.enter_async_context(
                build_stage(meeting, self.engines, settings, self._stores, self.hub, how)
            )
            yield stage

    def _overlay(self, clock: MeetingClock) -> Overlay:
        camera = self._settings.camera
        sinks: list[PictureSink] = [self.feed]
        if camera.on:
            sinks.append(self.bot.camera)
        if camera.record is not None:
            sinks.append(Mp4File(camera.record, clock))
        if camera.png is not None:
            sinks.append(PngFile(camera.png))
        settings = overlay_settings(self._meeting, self._settings)
        overlay = Overlay(settings, clock, sinks, self.hub.publish)
        self.pause = Pause(self.hub.publish, clock.now_s)
        idle = idle_card(self._meeting.name, self._meeting.languages)
        self.controls.attach(overlay, settings, self.pause, idle)
        return overlay


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
        await stack.enter_async_context(heartbeats(meeting.id, stores.bots))
        live = LiveState(meeting.code, meeting.languages)
        for watcher in (crew.trace.event, crew.facts.note, live.apply):
            crew.hub.on(watcher)
        token = secrets.token_urlsafe(24)
        endpoint = PageEndpoint()
        crew.controls = SessionControls(settings.camera, live.dress)
        page = LivePage(token, crew.hub.subscribe, live.snapshot, crew.feed.frames, crew.controls)
        app = web.Application()
        endpoint.add_routes(app)
        crew.voice = await stack.enter_async_context(
            open_voices(settings.voice, meeting.languages, crew.hub.publish)
        )
        crew.speech = speech_feed(settings.voice, crew.voice, meeting.languages)
        page.let_listen(crew.speech)
        page.add_routes(app)
        port = await stack.enter_async_context(served(app, settings.web.port))
        endpoint.bind(f"ws://127.0.0.1:{port}")
        crew.live_url = f"http://127.0.0.1:{port}/live?token={token}"
        await stores.meetings.update(meeting.id, endpoint=crew.live_url)
        crew.engines = await stack.enter_async_context(open_engines(settings, crew.hub, stores))
        for source, target in missing_pairs(
            crew.engines.translators, settings.hearing.languages, meeting.languages
        ):
            text = f"Nothing here translates from {name(source)} to {name(target)}."
            crew.hub.publish(Notice("no_translator", f"{text} See: dragoman doctor", 0.0))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        crew.bot = await stack.enter_async_context(
            MeetBot(_bot_settings(meeting, settings), endpoint, crew.steps.take)
        )
        tasks.create_task(_pass_on(crew.bot, crew.hub))
        yield crew


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
        headless=headless,
        browser=str(bot.browser or ""),
        profile=bot.profile,
        evidence=settings.data_dir / "meetings" / meeting.id,
        start_timeout_s=bot.start_timeout_s,
        lobby_timeout_s=bot.lobby_timeout_s,
        cap_s=bot.cap_s,
        alone_s=bot.alone_s,
        silence_s=bot.silence_s,
    )


async def _pass_on(bot: MeetBot, hub: Hub) -> None:
    """Publishes what the bot tells of itself, until it is closed."""
    async for event in bot.events():
        hub.publish(event)
