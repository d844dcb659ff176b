"""Calendars of an installation: opened for a command, or tended as long as the server runs."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from domain.calendars import CalendarRecord, CalendarSource
from domain.errors import DragomanError
from domain.links import SITE
from domain.serving import BotDesk
from dragoman.groups.calendar import CalendarGroup
from dragoman.serve.fetch import AddressPolicy
from dragoman.worker import Worker
from scheduler.agenda import ApsAgenda
from scheduler.autojoin import AutoJoin, Desks, MeetingLookup
from scheduler.calendars.google import BASE
from scheduler.calendars.google_auth import TOKENS
from scheduler.calendars.kinds import Surroundings, opened
from scheduler.calendars.web import Web
from scheduler.desk import Calendars, Hands, Vault
from scheduler.guests import address_of
from scheduler.plan import Timing
from scheduler.planner import Planner
from scheduler.sync import Open, Polling, Syncer
from storage.calendars import SqlCalendarStore, SqlEventStore
from storage.database import Database

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""Between two looks at what is due, beside the agenda's own times."""
FIRST_S = 30.0
PRUNE_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class CalendarParts:
    """What calendars need of an installation."""

    database: Database
    group: CalendarGroup
    vault: Vault
    policy: AddressPolicy
    base_url: str = ""
    """Site to send bots to, where it is another than Google's."""
    google_api: str = BASE
    google_tokens: str = TOKENS


@asynccontextmanager
async def open_calendars(parts: CalendarParts) -> AsyncIterator[Calendars]:
    """For a command: everything but sending bots, which the server does."""
    async with _hands(parts) as hands:
        yield _desk(parts, hands)


@asynccontextmanager
async def tend_calendars(
    parts: CalendarParts, bots: BotDesk, meetings: MeetingLookup
) -> AsyncIterator[Calendars]:
    """For the server: polls, plans, and sends bots in time until it is left."""
    events = SqlEventStore(parts.database)
    async with _hands(parts) as hands, ApsAgenda() as agenda:
        join = AutoJoin(
            Desks(events, bots, meetings),
            hands.planner,
            agenda,
            look_ahead=timedelta(hours=parts.group.look_ahead_h),
            own=parts.group.addresses,
        )
        hands = Hands(hands.planner, hands.syncer, hands.vault, hands.open_source, join.look)
        first = asyncio.Event()
        async with Worker() as worker:
            worker.own(_polled(hands.syncer, first))
            worker.own(_looked(join, first))
            yield _desk(parts, hands)


@asynccontextmanager
async def _hands(parts: CalendarParts) -> AsyncIterator[Hands]:
    calendars, events = SqlCalendarStore(parts.database), SqlEventStore(parts.database)
    group = parts.group
    timing = Timing(
        before=timedelta(seconds=group.join_before_s),
        late=timedelta(seconds=group.late_s),
        tries=group.tries,
    )
    polling = Polling(group.poll_s, timedelta(hours=group.look_ahead_h))
    async with parts.policy.session() as http:
        open_source = _opener(parts, Web(http, parts.policy.check))
        syncer = Syncer(calendars, events, open_source, polling)
        try:
            yield Hands(Planner(calendars, events, timing), syncer, parts.vault, open_source)
        finally:
            await syncer.aclose()


def _desk(parts: CalendarParts, hands: Hands) -> Calendars:
    return Calendars(SqlCalendarStore(parts.database), SqlEventStore(parts.database), hands)


def _opener(parts: CalendarParts, web: Web) -> Open:
    around = Surroundings(
        web=web,
        own=frozenset(address_of(address) for address in parts.group.addresses),
        zone=parts.group.zone,
        site=(parts.base_url or SITE).rstrip("/"),
        google_api=parts.google_api,
        google_tokens=parts.google_tokens,
    )

    def open_source(record: CalendarRecord) -> CalendarSource:
        secrets = json.loads(parts.vault.open(record.sealed)) if record.sealed else {}
        return opened(record, secrets, around)

    return open_source


async def _polled(syncer: Syncer, first: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    prune_at = loop.time()
    while True:
        try:
            await syncer.due()
            if loop.time() >= prune_at:
                await syncer.prune()
                prune_at = loop.time() + PRUNE_S
        except DragomanError as error:
            log.warning("the calendars could not be polled: %s", error.message)
        except Exception:
            log.exception("polling the calendars failed; it goes on")
        first.set()
        await asyncio.sleep(LOOK_S)


async def _looked(join: AutoJoin, first: asyncio.Event) -> None:
    """Begins after the first poll: what was stored may have been cancelled since."""
    try:
        async with asyncio.timeout(FIRST_S):
            await first.wait()
    except TimeoutError:
        log.warning("the calendars are slow: what is known of them is joined meanwhile")
    while True:
        try:
            await join.look()
        except DragomanError as error:
            log.warning("what is due could not be looked at: %s", error.message)
        except Exception:
            log.exception("looking at what is due failed; it goes on")
        await asyncio.sleep(LOOK_S)
