"""Evidence: what a bot's page looked like when something failed, or when somebody asked."""

from datetime import datetime

from aiohttp import web
from pydantic import Field

from domain.evidence import Evidence
from web.api.call import Plain
from web.api.models import Told
from web.pages.transcript import attachment


class EvidenceFileTold(Told):
    """A file, to be fetched by its name."""

    name: str
    media_type: str
    size: int = Field(description="Bytes.")


class EvidenceTold(Told):
    """One moment of a bot."""

    id: str
    at: datetime
    reason: str = Field(description="A reason of states, or asked.")
    error: str = Field(description="What failed; for asked the last fault in the log.")
    address: str = Field(description="Of the page.")
    files: tuple[EvidenceFileTold, ...]
    missing: tuple[str, ...] = Field(description="What could not be kept, and why.")

    @classmethod
    def of(cls, item: Evidence) -> "EvidenceTold":
        files = tuple(
            EvidenceFileTold(name=file.name, media_type=file.media_type, size=file.size)
            for file in item.files
        )
        return cls(
            id=item.id,
            at=item.at,
            reason=item.reason,
            error=item.error,
            address=item.address,
            files=files,
            missing=item.missing,
        )


class EvidenceList(Told):
    """All evidence of a meeting, newest first."""

    evidence: tuple[EvidenceTold, ...]


async def list_evidence(call: Plain) -> EvidenceList:
    """Lists what was kept of a meeting: on every failure, and when somebody asked."""
    items = await call.desks.evidence.items(await call.meeting_id())
    return EvidenceList(evidence=tuple(EvidenceTold.of(item) for item in items))


async def keep_evidence(call: Plain) -> EvidenceTold:
    """Keeps a screenshot and an archive of a running bot's page, and the end of its log."""
    return EvidenceTold.of(await call.desks.evidence.make(await call.meeting_id()))


async def get_evidence_file(call: Plain) -> web.Response:
    """Gives one of the files: PNG, MHTML or text."""
    file = await call.desks.evidence.file(await call.meeting_id(), call.path("name"))
    headers = {
        "Content-Type": file.media_type,
        "X-Content-Type-Options": "nosniff",
        **attachment(file.name),
    }
    return web.Response(body=file.content, headers=headers)
