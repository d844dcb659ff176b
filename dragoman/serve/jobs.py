"""Work on meetings that takes its time: notes, second passes, archives."""

import asyncio
import logging
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.desks import Job, JobKind, JobState
from domain.errors import DragomanError, UsageError
from domain.serving import File, NotesDesk, TranscriptDesk
from dragoman.worker import Worker

log = logging.getLogger(__name__)

REMEMBERED_S = 3600.0
MOST_JOBS = 200
AT_ONCE = 2
"""Second passes take a whole core each."""

Report = Callable[[str], None]


@dataclass(slots=True)
class _Work:
    job: Job
    options: Mapping[str, str]
    file: File | None = None
    ended_s: float = field(default=float("inf"))


class Jobs(Worker):
    """The JobDesk port. An async context manager; at its end what runs is cancelled.

    `refine` is the command of a second pass, up to the meeting's id. Overflow: beyond
    MOST_JOBS a new one is refused.
    """

    def __init__(
        self, transcripts: TranscriptDesk, notes: NotesDesk, refine: Sequence[str]
    ) -> None:
        super().__init__()
        self._transcripts = transcripts
        self._notes = notes
        self._refine = tuple(refine)
        self._works: dict[str, _Work] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def start(self, kind: JobKind, meeting_id: str, options: Mapping[str, str]) -> Job:
        """Starts work, or gives the job that does the same already."""
        self._forget()
        reading = await self._transcripts.read(meeting_id)
        for work in self._works.values():
            same = (work.job.kind, work.job.meeting_id) == (kind, reading.meeting.id)
            if same and work.job.state is JobState.RUNNING and work.options == options:
                return work.job
        if len(self._works) >= MOST_JOBS:
            raise UsageError("Too much is being worked on.", "Try again later.")
        job = Job(uuid.uuid4().hex, kind, reading.meeting.id, step="waiting")
        work = self._works[job.id] = _Work(job, dict(options))
        self.own(self._run(work))
        return job

    async def job(self, job_id: str) -> Job:
        """How far it is."""
        return self._work(job_id).job

    async def jobs(self, meeting_id: str) -> Sequence[Job]:
        """Those of a meeting, newest first."""
        self._forget()
        found = [w.job for w in self._works.values() if w.job.meeting_id == meeting_id]
        return found[::-1]

    async def file(self, job_id: str) -> File:
        """What a finished job made."""
        work = self._work(job_id)
        if work.file is None:
            raise UsageError("This work has no file.", "Wait for its end, or start it again.")
        return work.file

    def _work(self, job_id: str) -> _Work:
        work = self._works.get(job_id)
        if work is None:
            raise UsageError("This work is not known.", "Start it again.")
        return work

    def _forget(self) -> None:
        old_s = time.monotonic() - REMEMBERED_S
        self._works = {key: w for key, w in self._works.items() if w.ended_s > old_s}

    async def _run(self, work: _Work) -> None:
        def report(step: str) -> None:
            work.job = replace(work.job, step=step)

        try:
            async with self._places:
                work.file = await self._do(work, report)
        except DragomanError as error:
            told = f"{error.message} {error.remedy}".strip()
            work.job = replace(work.job, state=JobState.FAILED, error=told)
        except Exception as error:
            log.exception("a job failed")
            work.job = replace(work.job, state=JobState.FAILED, error=type(error).__name__)
        else:
            made = work.file is not None
            work.job = replace(work.job, state=JobState.DONE, done=1.0, step="", has_file=made)
        work.ended_s = time.monotonic()

    async def _do(self, work: _Work, report: Report) -> File | None:
        meeting_id = work.job.meeting_id
        match work.job.kind:
            case JobKind.NOTES:
                report("reading the transcript")
                await self._notes.make(meeting_id, work.options.get("language", ""))
                return None
            case JobKind.ARCHIVE:
                report("writing the files")
                return await self._transcripts.export(meeting_id, "zip", work.options)
            case JobKind.REFINE:
                report("hearing the meeting again")
                await _second_pass((*self._refine, meeting_id))
                return None


async def _second_pass(command: Sequence[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, told = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode:
        lines = [line for line in told.decode(errors="replace").splitlines() if line.strip()]
        raise DragomanError(lines[-2] if len(lines) > 1 else "The second pass failed.",
                            lines[-1] if lines else "")  # fmt: skip


def refine_command(config: str) -> tuple[str, ...]:
    """The command of a second pass, up to the meeting's id."""
    return (sys.executable, "-m", "dragoman", "refine", "--config", config)
