"""The figures of each bot that runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dragoman.serve.channel import Channel

QUANTILES = (("0.5", "p50_s"), ("0.95", "p95_s"), ("0.99", "p99_s"))

_GAUGES = (
    ("dragoman_sound_age_seconds", "Since sound came from the meeting.", "sound_age_s"),
    ("dragoman_sound_alarms", "What is wrong with the sound now.", "sound_alarms"),
    ("dragoman_caption_age_seconds", "Since Meet's captions told something.", "caption_age_s"),
    ("dragoman_page_round_trip_seconds", "To the page in the browser.", "page_round_trip_s"),
    ("dragoman_page_drift", "Targets that only a fall-back finds on the page.", "drift"),
    ("dragoman_camera_arrives", "Whether its picture left when last measured.", "camera_arrives"),
    ("dragoman_bot_memory_bytes", "Of the bot and its browser.", "memory_bytes"),
)
_COUNTERS = (
    ("dragoman_frames_sent", "Pictures that WebRTC sent.", "frames_sent"),
    ("dragoman_bot_rejoins", "Times that it came back after its page broke.", "rejoins"),
    ("dragoman_sound_dropped", "Frames of sound that nobody took in time.", "sound_dropped"),
    ("dragoman_page_messages_lost", "Messages of the page that never came.", "messages_lost"),
)


@dataclass(frozen=True, slots=True)
class BotFigures:
    """What is known of one bot."""

    meeting_id: str
    beat_age_s: float | None
    """Since its heartbeat in the database; None where it never beat."""
    vitals: Mapping[str, Any]
    """What it told of itself; see `dragoman.vitals`."""
    channel: Channel | None


def bot_series(bots: Sequence[BotFigures]) -> Iterable[Metric]:
    """Every series with the label `meeting`."""
    yield _gauge(
        "dragoman_heartbeat_age_seconds",
        "Since the bot's last sign of life in the database.",
        [(bot.meeting_id, bot.beat_age_s) for bot in bots],
    )
    for name, about, key in _GAUGES:
        yield _gauge(name, about, [(bot.meeting_id, bot.vitals.get(key)) for bot in bots])
    for name, about, key in _COUNTERS:
        family = CounterMetricFamily(name, about, labels=["meeting"])
        for bot in bots:
            if bot.vitals.get(key) is not None:
                family.add_metric([bot.meeting_id], bot.vitals[key])
        yield family
    paths = GaugeMetricFamily(
        "dragoman_audio_path", "The way that the sound takes.", labels=["meeting", "path"]
    )
    for bot in bots:
        if bot.vitals.get("audio_path"):
            paths.add_metric([bot.meeting_id, str(bot.vitals["audio_path"])], 1)
    yield paths
    yield from _followed(bots)


def _gauge(name: str, about: str, values: Sequence[tuple[str, float | None]]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=["meeting"])
    for meeting_id, number in values:
        if number is not None:
            family.add_metric([meeting_id], number)
    return family


def _followed(bots: Sequence[BotFigures]) -> Iterable[Metric]:
    live = [(bot.meeting_id, bot.channel) for bot in bots if bot.channel is not None]
    followers = [(meeting_id, float(channel.followers)) for meeting_id, channel in live]
    resyncs = [(meeting_id, float(channel.resyncs)) for meeting_id, channel in live]
    yield _gauge("dragoman_followers", "Pages and programs that follow a meeting.", followers)
    yield _gauge("dragoman_follower_resyncs", "Followers that lagged behind.", resyncs)
    stages = GaugeMetricFamily(
        "dragoman_stage_seconds",
        "How long a stage takes, over its newest items.",
        labels=["meeting", "stage", "quantile"],
    )
    for meeting_id, channel in live:
        for stage, figures in _stages(channel.latest("stages")):
            for quantile, key in QUANTILES:
                if key in figures:
                    stages.add_metric([meeting_id, stage, quantile], figures[key])
    yield stages


def _stages(message: Mapping[str, object] | None) -> list[tuple[str, Mapping[str, float]]]:
    told = (message or {}).get("stages")
    return list(told.items()) if isinstance(told, dict) else []
