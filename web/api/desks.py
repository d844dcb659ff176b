"""The ports that the API's operations work on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from domain.answers import AnswerStore
from domain.evidence import EvidenceDesk
from domain.serving import (
    BotDesk,
    CalendarDesk,
    LiveFeed,
    MeetingDesk,
    NotesDesk,
    SoundDesk,
    TranscriptDesk,
)
from domain.webhooks import DeliveryDesk, WebhookDesk


@dataclass(frozen=True, slots=True)
class ViewerLink:
    """An address under which guests follow one meeting."""

    url: str
    expires_at: datetime


class ViewerLinkDesk(Protocol):
    """Makes viewer links."""

    async def make(self, meeting_id: str, expires_at: datetime | None, site: str) -> ViewerLink:
        """A new link; without an end it gets the installation's usual one. `site` is how the
        server was reached, for one that knows no public address. Raises UsageError for too
        long a time."""
        ...

    async def revoke(self, meeting_id: str) -> None:
        """Ends every link to the meeting."""
        ...


@dataclass(frozen=True, slots=True)
class Desks:
    """Everything behind the API."""

    bots: BotDesk
    meetings: MeetingDesk
    feed: LiveFeed
    transcripts: TranscriptDesk
    sound: SoundDesk
    evidence: EvidenceDesk
    notes: NotesDesk
    calendars: CalendarDesk
    links: ViewerLinkDesk
    webhooks: WebhookDesk
    deliveries: DeliveryDesk
    answers: AnswerStore
    key: bytes = field(repr=False)
    """The installation's; cursors are signed with one made from it."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
