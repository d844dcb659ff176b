"""What stands behind the server's routes, opened and unwound in order."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, ClientTimeout

from domain.serving import NotesDesk
from dragoman.endpoint import ANSWER_S
from dragoman.serve.access import Access, open_access
from dragoman.serve.bots import Bots
from dragoman.serve.calendars import CalendarParts, tend_calendars
from dragoman.serve.changes import ChangingSettings
from dragoman.serve.checks import Doctor
from dragoman.serve.delivery import Delivery
from dragoman.serve.ends import Ends
from dragoman.serve.evidence import EvidenceFiles
from dragoman.serve.glossary import GlossaryFile
from dragoman.serve.happenings import AnnouncedNotes, Happenings
from dragoman.serve.jobs import Jobs, refine_command
from dragoman.serve.links import BotLinks
from dragoman.serve.meetings import Meetings
from dragoman.serve.notes import StoredNotesDesk, open_writer
from dragoman.serve.outgoing import open_webhooks
from dragoman.serve.signposts import Signposts
from dragoman.serve.soundtracks import RecordedSounds
from dragoman.serve.transcripts import SqlTranscriptDesk
from dragoman.serve.watch import Watch, WatchRules
from dragoman.serve.webhooks import Webhooks
from dragoman.settings import Settings
from dragoman.stage import GLOSSARY
from dragoman.store import Stores
from scheduler.desk import Calendars
from scheduler.launchers.local import LocalLauncher
from storage.accounts import sql_access_stores
from web.api.pass_links import PassLinks
from web.viewers.rules import ViewerRules

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that pages, viewers and the API work with."""

    access: Access
    bots: Bots
    calendars: Calendars
    changes: ChangingSettings
    doctor: Doctor
    evidence: EvidenceFiles
    glossary: GlossaryFile
    jobs: Jobs
    links: BotLinks
    meetings: Meetings
    notes: NotesDesk
    sounds: RecordedSounds
    transcripts: SqlTranscriptDesk
    watch: Watch
    webhooks: Webhooks


@asynccontextmanager
async def open_parts(settings: Settings, stores: Stores) -> AsyncIterator[Parts]:
    """Opens the parts. Bots run on after the end. Raises DragomanError."""
    database = stores.database
    async with AsyncExitStack() as stack:
        changes = ChangingSettings(settings)
        await changes.load()
        access = open_access(settings, settings.access, sql_access_stores(database))
        http = await stack.enter_async_context(ClientSession(timeout=ClientTimeout(total=ANSWER_S)))
        links = await stack.enter_async_context(BotLinks())
        config = str(changes.for_bots)
        command = (sys.executable, "-m", "dragoman", "bot", "--config", config)
        # Never closed: its bots are to run on without this server.
        launcher = LocalLauncher(command, settings.data_dir / "meetings")
        watch = await stack.enter_async_context(
            Watch(
                stores,
                launcher,
                links,
                WatchRules(
                    settings.server.bots, settings.server.orphan_s, settings.data_dir / "meetings"
                ),
            )
        )
        if settings.server.public_url and settings.camera.viewer_link:
            passes, site = access.guard.passes, settings.server.public_url
            makes = PassLinks(passes, ViewerRules(public_url=site))
            await stack.enter_async_context(Signposts(links, http, passes, makes, site))
        bots = Bots(changes, stores, watch, http)
        webhooks = await stack.enter_async_context(open_webhooks(database, access, log.warning))
        await stack.enter_async_context(Happenings(stores.meetings, stores.facts, links, webhooks))
        transcripts = SqlTranscriptDesk(database)
        writer = await stack.enter_async_context(open_writer(settings.notes))
        notes = AnnouncedNotes(StoredNotesDesk(database, transcripts, writer), webhooks)
        site = settings.server.base_url
        calendar = CalendarParts(database, settings.calendar, access.vault, access.policy, site)
        calendars = await stack.enter_async_context(tend_calendars(calendar, bots, stores.meetings))
        delivery = Delivery(transcripts, settings.delivery, webhooks.tell)
        ends = Ends(settings, stores, delivery, notes, calendars)
        await stack.enter_async_context(ends)
        jobs = await stack.enter_async_context(Jobs(transcripts, notes, refine_command(config)))
        yield Parts(
            access=access,
            bots=bots,
            calendars=calendars,
            changes=changes,
            doctor=Doctor(settings),
            evidence=EvidenceFiles(stores.meetings, settings.data_dir / "meetings"),
            glossary=GlossaryFile(settings.data_dir / GLOSSARY),
            jobs=jobs,
            links=links,
            meetings=Meetings(database, bots),
            notes=notes,
            sounds=RecordedSounds(database, settings.data_dir / "meetings"),
            transcripts=transcripts,
            watch=watch,
            webhooks=webhooks,
        )
