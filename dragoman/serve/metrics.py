"""The server's figures in Prometheus' format."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from yarl import URL

from domain.errors import DragomanError
from domain.meetings import Meeting
from domain.webhooks import Webhook
from dragoman.serve.bot_figures import BotFigures, bot_series
from dragoman.serve.figures import Figures, series
from dragoman.serve.links import bearer
from dragoman.serve.parts import Parts
from dragoman.store import Stores
from dragoman.vitals import PATH
from storage.bots import Heartbeat
from storage.delivery_counts import count_deliveries
from storage.recovery import JOURNAL

log = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_S = 2.0
"""A bot has so long to tell how it is."""
DATABASE_S = 5.0
"""Longest wait for each answer of the database; after one failure it is not asked again."""
LOOKED_AT = 500
"""Newest meetings among which failures are counted."""


@dataclass(slots=True)
class _Kept:
    """What the database tells."""

    meetings: Sequence[Meeting] = ()
    """Those without an end."""
    recent: Sequence[Meeting] = ()
    beats: Sequence[Heartbeat] = ()
    calendars: Sequence[Mapping[str, object]] = ()
    webhooks: Sequence[Webhook] = ()
    deliveries: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True


class Metrics:
    """Reads what is there when asked; keeps no figures of its own."""

    def __init__(self, parts: Parts, stores: Stores, folder: Path) -> None:
        self._parts = parts
        self._stores = stores
        self._folder = folder
        self._process = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._process)

    async def page(self) -> tuple[bytes, str]:
        """The text and its content type. What a part refuses to tell is left out."""
        now = datetime.now(UTC)
        kept = await self._kept()
        vitals = await self._vitals()
        journal, free = await asyncio.to_thread(self._disk)
        figures = Figures(
            now=now,
            meetings=kept.meetings,
            recent=kept.recent,
            reached=len(self._parts.links.running()),
            most=self._parts.changes.now.server.bots,
            calendars=kept.calendars,
            webhooks=kept.webhooks,
            deliveries=kept.deliveries,
            journal_bytes=journal,
            free_bytes=free,
            database_up=kept.complete,
        )
        bots = [
            BotFigures(
                each.id,
                (now - beats[each.id].beat_at).total_seconds() if each.id in beats else None,
                vitals.get(each.id, {}),
                self._parts.links.channel(each.id),
            )
            for beats in [{beat.meeting_id: beat for beat in kept.beats}]
            for each in kept.meetings
        ]
        registry = CollectorRegistry(auto_describe=True)
        registry.register(_Once([*series(figures), *bot_series(bots)]))
        text = generate_latest(registry) + generate_latest(self._process)
        return text, CONTENT_TYPE_LATEST

    async def _kept(self) -> _Kept:
        kept, stores, parts = _Kept(), self._stores, self._parts

        async def read(what: Callable[[], Awaitable[T]], otherwise: T) -> T:
            if not kept.complete:
                return otherwise
            try:
                async with asyncio.timeout(DATABASE_S):
                    return await what()
            except (DragomanError, TimeoutError) as error:
                log.warning("figures are not complete: %s", type(error).__name__)
                kept.complete = False
                return otherwise

        kept.meetings = await read(parts.watch.meetings, [])
        kept.recent = await read(lambda: stores.meetings.recent(LOOKED_AT), [])
        kept.beats = await read(stores.bots.heartbeats, [])
        kept.calendars = await read(parts.calendars.calendars, [])
        kept.webhooks = await read(parts.webhooks.webhooks, [])
        kept.deliveries = await read(lambda: count_deliveries(stores.database), {})
        return kept

    async def _vitals(self) -> Mapping[str, Mapping[str, Any]]:
        """What the bots that answer tell of themselves."""
        links = self._parts.links
        found: dict[str, Mapping[str, Any]] = {}
        async with ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as http:

            async def ask(meeting_id: str, address: URL) -> None:
                try:
                    target = address.with_query(None).with_path(PATH)
                    async with http.get(target, headers=bearer(address)) as answer:
                        if answer.ok:
                            found[meeting_id] = await answer.json()
                except (ClientError, TimeoutError, ValueError) as error:
                    log.debug("a bot does not tell how it is: %s", type(error).__name__)

            asked = [(each, links.endpoint(each)) for each in links.running()]
            await asyncio.gather(*(ask(each, address) for each, address in asked if address))
        return found

    def _disk(self) -> tuple[int, int]:
        waiting = 0
        for path in (self._folder / "meetings").glob(f"*/{JOURNAL}"):
            try:
                waiting += path.stat().st_size
            except OSError:
                continue
        return waiting, shutil.disk_usage(self._folder).free


class _Once:
    """Gives what was collected to a registry."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics
