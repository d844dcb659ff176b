"""What the server's pages ask for besides meetings: terms, settings, checks, long work.

Every method raises UsageError, with a remedy, for what does not exist or cannot be done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.engines import Health
from domain.serving import File


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A term, kept as it is in every language that it has no translation for."""

    text: str
    translations: tuple[tuple[str, str], ...] = ()
    """(language, translation)."""
    exact: bool = False
    """Only in this case."""


class GlossaryDesk(Protocol):
    """The installation's glossary; changes hold for meetings that begin afterwards."""

    async def terms(self) -> Sequence[GlossaryTerm]:
        """By their text."""
        ...

    async def put(self, term: GlossaryTerm) -> None:
        """Adds a term or replaces the one of the same text."""
        ...

    async def remove(self, text: str) -> None:
        """Takes a term away."""
        ...

    async def replace(self, content: bytes) -> int:
        """Puts a CSV file in the place of everything, or changes nothing; the number of terms."""
        ...

    async def csv(self) -> File:
        """Everything as a CSV file that `replace` takes."""
        ...


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting and what it stands at; secrets are never told."""

    name: str
    """Such as camera.theme."""
    value: str
    help: str = ""
    changeable: bool = False
    """At run time."""
    choices: tuple[str, ...] = ()
    """Where only these are allowed; ("yes", "no") for a switch."""
    origin: str = ""
    """Where the value comes from: default, a file, the environment, this page."""


class SettingsDesk(Protocol):
    """The settings."""

    async def values(self) -> Sequence[SettingValue]:
        """All, in the order of the documentation."""
        ...

    async def change(self, changes: Mapping[str, str]) -> None:
        """Changes all of them or none; empty gives a setting back its old value."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    name: str
    health: Health
    essential: bool = True


class DoctorDesk(Protocol):
    """Checks of this machine."""

    async def examine(self) -> Sequence[Finding]:
        """Runs every check; takes up to half a minute."""
        ...


class JobKind(StrEnum):
    """Work on a meeting that takes its time."""

    NOTES = "notes"
    REFINE = "refine"
    ARCHIVE = "archive"
    """All exports in one zip file."""


class JobState(StrEnum):
    """How far a job has come."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work."""

    id: str
    kind: JobKind
    meeting_id: str
    state: JobState = JobState.RUNNING
    done: float | None = None
    """0..1; None while that cannot be told."""
    step: str = ""
    """What it does at the moment, for people."""
    error: str = ""
    """Why it failed, and what to do."""
    has_file: bool = False


class JobDesk(Protocol):
    """Starts long work and tells how far it is. Finished jobs are told of for an hour."""

    async def start(self, kind: JobKind, meeting_id: str, options: Mapping[str, str]) -> Job:
        """Starts work, or gives the job that does the same already."""
        ...

    async def job(self, job_id: str) -> Job:
        """How far it is."""
        ...

    async def jobs(self, meeting_id: str) -> Sequence[Job]:
        """Those of a meeting that run or ended lately, newest first."""
        ...

    async def file(self, job_id: str) -> File:
        """What a finished job made."""
        ...
