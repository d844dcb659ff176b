"""How things stand: the meetings without an end, and how their bots are."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import ClientSession, ClientTimeout
from prometheus_client.parser import text_string_to_metric_families

from domain.errors import ServerError
from domain.meetings import ENDINGS, Meeting
from dragoman import orders
from dragoman.client import Dragoman, Json
from dragoman.endpoint import ANSWER_S, asked
from dragoman.reach import Way
from dragoman.serve.watch import WAITING
from dragoman.store import Stores

LATE_S = 60.0
"""A bot that was not heard of for so long is told of: four heartbeats."""

SERIES = {
    "dragoman_heartbeat_age_seconds": "heartbeat_age_s",
    "dragoman_sound_age_seconds": "sound_age_s",
    "dragoman_caption_age_seconds": "caption_age_s",
    "dragoman_bot_memory_bytes": "memory_bytes",
}
"""What is told of each bot, by the server's name for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What runs and what waits."""

    meetings: Sequence[Json]
    """Each with id, code, state, since, place, live, health, and the figures that are known."""
    server: str = ""
    """Empty: nobody but this process looked."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Of the server: each with ok or failed."""

    @property
    def well(self) -> bool:
        """Whether all that should answer does."""
        fit = all(state == "ok" for state in self.parts.values())
        return fit and all(each["live"] or each["waits"] for each in self.meetings)

    def lines(self) -> list[str]:
        """What stands above the table."""
        if not self.server:
            return ["No server runs on this data folder: this is what the database tells."]
        parts = ", ".join(f"{name} {state}" for name, state in self.parts.items())
        return [f"Server at {self.server}: {parts}"]

    def plain(self) -> Json:
        """For programs."""
        return {
            "server": self.server or None,
            "parts": dict(self.parts),
            "well": self.well,
            "meetings": list(self.meetings),
        }


async def by_server(client: Dragoman, to: Way | None) -> Standing:
    """As a server tells it. Raises ServerError where something else answers in its place."""
    meetings, ready = await orders.under_way(client), json.loads(await client.told("/ready"))
    figures = measured(await client.told("/metrics"))
    waiting = {state.value for state in WAITING}
    told = [
        _told(each, each["live"], each["state"] in waiting, figures.get(each["id"], {}))
        for each in meetings
    ]
    return Standing(told, to.address if to else "", ready.get("parts", {}))


async def by_database(stores: Stores) -> Standing:
    """As the database and the bots themselves tell it."""
    now = datetime.now(UTC)
    beats = {beat.meeting_id: beat.beat_at for beat in await stores.bots.heartbeats()}
    recent = await stores.meetings.recent(100)
    open_ = [meeting for meeting in recent if meeting.state not in ENDINGS]
    async with ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as http:
        live = await asyncio.gather(*(asked(http, m.endpoint, "GET", "/live") for m in open_))
    told = []
    for meeting, answers in zip(open_, live, strict=True):
        ages = {}
        if meeting.id in beats:
            ages["heartbeat_age_s"] = (now - beats[meeting.id]).total_seconds()
        told.append(_told(_plain(meeting), answers, meeting.state in WAITING, ages))
    return Standing(told)


def measured(text: str) -> dict[str, dict[str, float]]:
    """What Prometheus' text tells of each meeting's bot. Raises ServerError."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in SERIES:
                    found[sample.labels["meeting"]][SERIES[sample.name]] = sample.value
    except (ValueError, LookupError) as error:
        raise ServerError(
            "What answers at /metrics is not Dragoman: these are no figures of bots.",
            "Check the address, and what a proxy before the server makes of /metrics.",
        ) from error
    return found


def _plain(meeting: Meeting) -> Json:
    return {
        "id": meeting.id,
        "code": meeting.code,
        "state": meeting.state.value,
        "created_at": meeting.created_at.isoformat(),
        "began_at": meeting.began_at.isoformat() if meeting.began_at else None,
        "place": 0,
    }


def _told(meeting: Json, live: bool, waits: bool, figures: Mapping[str, float]) -> Json:
    return {
        **{name: meeting[name] for name in ("id", "code", "state", "place")},
        "since": meeting["began_at"] or meeting["created_at"],
        "live": live,
        "waits": waits,
        "health": _health(live, waits, figures),
        **{name: round(value, 1) for name, value in figures.items()},
    }


def _health(live: bool, waits: bool, figures: Mapping[str, float]) -> str:
    if waits:
        return "waits for a bot"
    words = ["answers" if live else "does not answer"]
    beat_s = figures.get("heartbeat_age_s")
    if beat_s is None or beat_s > LATE_S:
        words.append("no heartbeat" if beat_s is None else f"last heard of {beat_s:.0f} s ago")
    for name, what in (("sound_age_s", "sound"), ("caption_age_s", "captions")):
        if name in figures:
            words.append(f"{what} {figures[name]:.0f} s ago")
    if "memory_bytes" in figures:
        words.append(f"{figures['memory_bytes'] / 1e6:.0f} MB")
    return ", ".join(words)
