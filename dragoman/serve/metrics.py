"""The server's figures in Prometheus' format."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector

from domain.meetings import Meeting
from dragoman.serve.links import BotLinks
from dragoman.serve.watch import Watch


class Metrics:
    """Reads what is there when asked; keeps no figures of its own."""

    def __init__(self, watch: Watch, links: BotLinks) -> None:
        self._watch = watch
        self._links = links
        self._process = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._process)

    async def page(self) -> tuple[bytes, str]:
        """The text and its content type."""
        registry = CollectorRegistry(auto_describe=True)
        registry.register(_Now(await self._watch.meetings(), self._links))
        text = generate_latest(registry) + generate_latest(self._process)
        return text, CONTENT_TYPE_LATEST


class _Now:
    """The figures of one moment."""

    def __init__(self, meetings: Sequence[Meeting], links: BotLinks) -> None:
        self._meetings = meetings
        self._links = links

    def collect(self) -> Iterable[Metric]:
        states = GaugeMetricFamily(
            "dragoman_meetings", "Meetings without an end, by state.", labels=["state"]
        )
        for state, count in Counter(m.state.value for m in self._meetings).items():
            states.add_metric([state], count)
        yield states
        yield _value("dragoman_bots_reached", "Bots that answer.", len(self._links.running()))
        yield from self._live()

    def _live(self) -> Iterable[Metric]:
        followers = GaugeMetricFamily(
            "dragoman_followers", "Pages and programs that follow a meeting.", labels=["meeting"]
        )
        resyncs = GaugeMetricFamily(
            "dragoman_follower_resyncs", "Followers that lagged behind.", labels=["meeting"]
        )
        stages = GaugeMetricFamily(
            "dragoman_stage_seconds",
            "How long a stage takes, over its newest items.",
            labels=["meeting", "stage", "quantile"],
        )
        for meeting_id in self._links.running():
            channel = self._links.channel(meeting_id)
            if channel is None:
                continue
            followers.add_metric([meeting_id], channel.followers)
            resyncs.add_metric([meeting_id], channel.resyncs)
            for stage, figures in _stages(channel.latest("stages")):
                stages.add_metric([meeting_id, stage, "0.5"], figures[0])
                stages.add_metric([meeting_id, stage, "0.95"], figures[1])
        yield from (followers, resyncs, stages)


def _value(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _stages(message: Mapping[str, object] | None) -> list[tuple[str, tuple[float, float]]]:
    told = (message or {}).get("stages")
    if not isinstance(told, dict):
        return []
    return [(name, (each["p50_s"], each["p95_s"])) for name, each in told.items()]
