"""What the pages need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.desks import DoctorDesk, GlossaryDesk, JobDesk, SettingsDesk
from domain.evidence import EvidenceDesk
from domain.ports import VoiceprintStore
from domain.serving import (
    BotDesk,
    CalendarDesk,
    LiveFeed,
    MeetingDesk,
    NotesDesk,
    SoundDesk,
    TranscriptDesk,
)


def local_now() -> datetime:
    """The time, in the zone of this machine."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Desks:
    """The ports behind the pages."""

    bots: BotDesk
    live: LiveFeed
    meetings: MeetingDesk
    transcripts: TranscriptDesk
    sound: SoundDesk
    evidence: EvidenceDesk
    notes: NotesDesk
    calendars: CalendarDesk
    glossary: GlossaryDesk
    voices: VoiceprintStore
    settings: SettingsDesk
    doctor: DoctorDesk
    jobs: JobDesk
    usual: Callable[[], Sequence[str]] = lambda: ("es",)
    """Target languages where nobody chose any."""
    now: Callable[[], datetime] = local_now
    """Aware; times are shown in its zone until the browser puts its own."""
