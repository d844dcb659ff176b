"""Figures for Prometheus, and alerts that name only series that there are."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from domain.errors import StorageError
from domain.meetings import Meeting, MeetingState, Reason
from domain.webhooks import Webhook
from dragoman.serve.bot_figures import BotFigures, bot_series
from dragoman.serve.channel import Channel
from dragoman.serve.figures import Figures, series
from dragoman.serve.metrics import Metrics
from dragoman.serve.parts import open_parts
from dragoman.settings import load_settings
from dragoman.store import open_stores
from storage.memory import MemoryMeetingStore

ALERTS = Path(__file__).parents[2] / "deploy" / "alerts.yml"
NOW = datetime.now(UTC)
VITALS = {
    "sound_age_s": 0.2, "caption_age_s": 3.0, "page_round_trip_s": 0.01, "drift": 1,
    "memory_bytes": 6e8, "frames_sent": 900, "sound_dropped": 2, "messages_lost": 0,
    "audio_path": "receivers", "sound_alarms": 0, "rejoins": 1, "camera_arrives": True,
}  # fmt: skip


def meeting(name: str, state: MeetingState, reason: Reason, age: timedelta) -> Meeting:
    return Meeting(name, "l", "c", "n", (), state, NOW - age, reason=reason)


def full() -> Figures:
    hour = timedelta(hours=1)
    waits = meeting("w", MeetingState.QUEUED, Reason.ASKED, hour)
    runs = meeting("r", MeetingState.IN_MEETING, Reason.ADMITTED, hour)
    failed = [
        meeting("f1", MeetingState.FAILED, Reason.BLOCKED, hour),
        meeting("f2", MeetingState.FAILED, Reason.BLOCKED, hour),
        meeting("f3", MeetingState.FAILED, Reason.DENIED, timedelta(days=2)),
    ]
    hook = Webhook("h", "u", frozenset(), NOW, active=False, failing_since=NOW, notice="off")
    return Figures(
        now=NOW,
        meetings=[runs, waits],
        recent=[runs, waits, *failed],
        reached=1,
        most=10,
        calendars=[{"id": "cal", "synced_at": NOW - hour, "error": "refused"}],
        webhooks=[hook],
        deliveries={"waiting": 2, "retrying": 1},
        journal_bytes=120,
        free_bytes=5,
        database_up=True,
    )


def bots() -> list[BotFigures]:
    channel = Channel()
    stages = {"recognise": {"p50_s": 0.1, "p95_s": 0.2, "p99_s": 0.3, "count": 9}}
    channel.put([{"type": "stages", "stages": stages}])
    return [BotFigures("r", 4.0, VITALS, channel), BotFigures("new", None, {}, None)]


class _Registered:
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def samples(metrics: Iterable[Metric]) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    registry = CollectorRegistry()
    registry.register(_Registered(metrics))
    text = generate_latest(registry).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_servers_figures_are_told() -> None:
    told = samples(series(full()))
    assert told["dragoman_queue_depth", ()] == 1
    assert told["dragoman_meetings", (("state", "in_meeting"),)] == 1
    assert told["dragoman_failed_meetings", (("reason", "blocked"),)] == 2
    assert ("dragoman_failed_meetings", (("reason", "denied"),)) not in told
    assert told["dragoman_calendar_sync_age_seconds", (("calendar", "cal"),)] == 3600
    assert told["dragoman_calendar_failing", (("calendar", "cal"),)] == 1
    assert told["dragoman_webhook_messages", (("state", "retrying"),)] == 1
    assert (told["dragoman_webhooks_failing", ()], told["dragoman_webhooks_given_up", ()]) == (1, 1)
    assert told["dragoman_journal_bytes", ()] == 120


def test_a_bots_figures_are_told_and_none_is_made_up() -> None:
    told = samples(bot_series(bots()))
    bot = ("meeting", "r")
    assert told["dragoman_heartbeat_age_seconds", (bot,)] == 4.0
    assert told["dragoman_sound_age_seconds", (bot,)] == 0.2
    assert told["dragoman_frames_sent_total", (bot,)] == 900
    assert told["dragoman_audio_path", (bot, ("path", "receivers"))] == 1
    stage = ("stage", "recognise")
    for quantile, seconds in (("0.5", 0.1), ("0.95", 0.2), ("0.99", 0.3)):
        assert told["dragoman_stage_seconds", (bot, ("quantile", quantile), stage)] == seconds
    assert [name for name, labels in told if ("meeting", "new") in labels] == []


def expressions() -> list[str]:
    groups = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def test_alerts_name_only_series_that_are_exported() -> None:
    told = samples([*series(full()), *bot_series(bots())])
    labels: dict[str, set[str]] = {}
    for name, given in told:
        labels.setdefault(name, set()).update(label for label, _ in given)
    used = [(name, text) for text in expressions() for name in re.findall(r"dragoman_\w+", text)]
    assert len(used) > 15
    for name, text in used:
        assert name in labels, name
        for chosen in re.findall(rf"{name}{{([^}}]*)}}", text):
            assert set(re.findall(r'(\w+)\s*[=!]~?\s*"', chosen)) <= labels[name], text


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool here")
def test_prometheus_takes_the_rules() -> None:
    checked = subprocess.run(
        ["promtool", "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_the_page_is_made_of_the_real_parts(tmp_path: Path) -> None:
    settings = load_settings(overrides={"data": tmp_path})
    async with open_stores(settings) as stores, open_parts(settings, stores) as parts:
        waiting = tmp_path / "meetings" / "m" / "segments.jsonl"
        waiting.parent.mkdir(parents=True)
        waiting.write_text("{}\n")
        text, kind = await Metrics(parts, stores, tmp_path).page()
        told = {
            sample.name: sample.value
            for family in text_string_to_metric_families(text.decode())
            for sample in family.samples
        }
        assert kind.startswith("text/plain")
        assert (told["dragoman_database_up"], told["dragoman_journal_bytes"]) == (1.0, 3.0)
        assert told["dragoman_disk_free_bytes"] > 0
        assert told["process_resident_memory_bytes"] > 0
        away = replace(stores, meetings=Away())
        text, _ = await Metrics(parts, away, tmp_path).page()
        assert "dragoman_database_up 0.0" in text.decode()
        assert "dragoman_journal_bytes 3.0" in text.decode()


class Away(MemoryMeetingStore):
    """A database that does not answer."""

    async def recent(self, limit: int = 50) -> Sequence[Meeting]:
        raise StorageError("It is away.")
