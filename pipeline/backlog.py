"""Finals that wait, oldest first in each direction, through outages of what translates them."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from domain.ports import TranslationRequest

Key = tuple[str, str]
"""Caption id and target language."""


@dataclass(frozen=True, slots=True)
class Job:
    """One text for one language."""

    caption_id: str
    request: TranslationRequest
    attempt: int = 0
    due_s: float = 0.0
    """Not before this meeting second."""
    number: int = 0
    """Finals in the order in which they were asked for."""
    marked: bool = False
    """Its caption says already that the translation failed for now."""
    ahead: str = ""
    """Of a draft: the text with words that may still change, to see what of it holds."""
    probe: bool = False
    """It is sent to see whether the direction works again."""

    @property
    def key(self) -> Key:
        return self.caption_id, self.request.target

    @property
    def direction(self) -> Key:
        return self.request.source, self.request.target


@dataclass(slots=True)
class Line:
    """While the direction is held, one job at a time finds out whether it works again."""

    attempts: int
    jobs: list[Job] = field(default_factory=list)
    failures: int = 0
    """Holds in a row; 0 while the direction works."""
    until_s: float = 0.0
    probing: bool = False
    reason: str = ""

    @property
    def held(self) -> bool:
        """What is asked for here has to wait for a sign of life."""
        return self.failures > 0

    def add(self, job: Job) -> None:
        """Puts it in its place."""
        insort(self.jobs, job, key=lambda each: each.number)

    def hold(self, until_s: float, reason: str) -> list[Job]:
        """Stops until then; the jobs whose captions do not say yet that they wait."""
        self.failures += 1
        self.until_s = until_s
        self.reason = reason
        news = [job for job in self.jobs if not job.marked]
        self.jobs = [replace(job, marked=True) for job in self.jobs]
        return news

    def release(self) -> None:
        """It works."""
        self.failures = 0

    def ready(self, now_s: float) -> Job | None:
        """The job to take next, if one may be taken."""
        if not self.held:
            return next((job for job in self.jobs if job.due_s <= now_s), None)
        if self.probing or now_s < self.until_s or not self.jobs:
            return None
        fresh = (job for job in self.jobs if job.attempt < self.attempts)
        return next(fresh, None) or min(self.jobs, key=lambda job: job.attempt)

    def take(self, job: Job) -> Job:
        """Hands it over."""
        self.jobs.remove(job)
        self.probing = self.held
        return replace(job, probe=self.held)

    def next_s(self) -> float | None:
        """When there may be something to take, as far as time alone decides."""
        if not self.jobs or self.probing:
            return None
        return self.until_s if self.held else min(job.due_s for job in self.jobs)


class Backlog:
    """A line per direction; the directions share the workers evenly."""

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        self._lines: dict[Key, Line] = {}
        self._numbers = 0

    def __len__(self) -> int:
        return sum(len(line.jobs) for line in self._lines.values())

    def __iter__(self) -> Iterator[Job]:
        jobs = [job for line in self._lines.values() for job in line.jobs]
        return iter(sorted(jobs, key=lambda job: job.number))

    def line(self, job: Job) -> Line:
        """The line of a job's direction."""
        return self._lines.setdefault(job.direction, Line(self._attempts))

    def add(self, job: Job) -> str:
        """Puts a new job at the end; why its direction is held, or empty."""
        self._numbers += 1
        line = self.line(job)
        line.add(replace(job, number=self._numbers, marked=line.held))
        return line.reason if line.held else ""

    def take(self, now_s: float, busy: Iterable[Job]) -> Job | None:
        """The oldest of the direction that has the fewest under way."""
        under_way = Counter(job.direction for job in busy if not job.request.draft)
        ready = [
            (under_way[direction], job.number, line, job)
            for direction, line in self._lines.items()
            if (job := line.ready(now_s)) is not None
        ]
        if not ready:
            return None
        *_, line, job = min(ready, key=lambda each: each[:2])
        return line.take(job)

    def wait_s(self, now_s: float) -> float | None:
        """Until time alone makes something ready; None where it does not."""
        times = [due_s for line in self._lines.values() if (due_s := line.next_s()) is not None]
        return max(0.01, min(times) - now_s) if times else None

    def ripe(self, now_s: float) -> int:
        """Jobs that failed once and could be tried again now."""
        lines = [line for line in self._lines.values() if not line.held]
        return sum(job.marked and job.due_s <= now_s for line in lines for job in line.jobs)

    def drop_unmarked(self) -> list[Job]:
        """Forgets the jobs that had no result yet, and tells which they were."""
        dropped = [job for line in self._lines.values() for job in line.jobs if not job.marked]
        for line in self._lines.values():
            line.jobs = [job for job in line.jobs if job.marked]
        return dropped
