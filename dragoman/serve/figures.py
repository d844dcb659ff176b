"""The figures of the whole server."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily, Metric

from domain.meetings import Meeting, MeetingState
from domain.webhooks import Webhook
from dragoman.serve.watch import WAITING

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one moment was like."""

    now: datetime
    meetings: Sequence[Meeting]
    """Those without an end."""
    recent: Sequence[Meeting]
    reached: int
    most: int
    calendars: Sequence[Mapping[str, object]]
    webhooks: Sequence[Webhook]
    deliveries: Mapping[str, int]
    journal_bytes: int
    free_bytes: int
    database_up: bool


def series(of: Figures) -> Iterable[Metric]:
    """Every series that is not of one bot."""
    yield value("dragoman_database_up", "Whether the database answered.", float(of.database_up))
    yield value("dragoman_disk_free_bytes", "Free where the data folder is.", of.free_bytes)
    yield value("dragoman_journal_bytes", "Words that wait for the database.", of.journal_bytes)
    yield labelled(
        "dragoman_meetings",
        "Meetings without an end, by state.",
        ("state",),
        Counter((m.state.value,) for m in of.meetings),
    )
    waiting = sum(m.state in WAITING for m in of.meetings)
    yield value("dragoman_queue_depth", "Meetings that wait for a bot.", waiting)
    yield value("dragoman_bots_reached", "Bots that answer.", of.reached)
    yield value("dragoman_bots_most", "Bots that may run at a time.", of.most)
    yield labelled(
        "dragoman_failed_meetings",
        "Meetings asked for in the last 24 hours that failed, by reason.",
        ("reason",),
        Counter(
            (m.reason.value,)
            for m in of.recent
            if m.state is MeetingState.FAILED and of.now - m.created_at < LATELY
        ),
    )
    yield from _calendars(of)
    yield labelled(
        "dragoman_webhook_messages",
        "Messages of webhooks by state; retrying are waiting ones that were tried in vain.",
        ("state",),
        {(state,): count for state, count in of.deliveries.items()},
    )
    failing = sum(hook.failing_since is not None for hook in of.webhooks)
    yield value("dragoman_webhooks_failing", "Webhooks whose last message failed.", failing)
    off = sum(not hook.active and bool(hook.notice) for hook in of.webhooks)
    yield value("dragoman_webhooks_given_up", "Webhooks that failed for too long.", off)


def _calendars(of: Figures) -> Iterable[Metric]:
    ages: dict[tuple[str, ...], float] = {}
    failing: dict[tuple[str, ...], float] = {}
    for each in of.calendars:
        read, name = each.get("synced_at"), (str(each["id"]),)
        failing[name] = float(bool(each.get("error")))
        if isinstance(read, datetime):
            ages[name] = (of.now - read).total_seconds()
    yield labelled(
        "dragoman_calendar_sync_age_seconds", "Since it was last read.", ("calendar",), ages
    )
    yield labelled(
        "dragoman_calendar_failing", "Whether it cannot be read.", ("calendar",), failing
    )


def value(name: str, about: str, number: float) -> Metric:
    """A series without labels."""
    return GaugeMetricFamily(name, about, value=number)


def labelled(
    name: str, about: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]
) -> Metric:
    """A gauge with a series for each set of labels."""
    family = GaugeMetricFamily(name, about, labels=labels)
    for given, number in values.items():
        family.add_metric(given, number)
    return family
