"""Viewer links by signed passes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.errors import UsageError
from web.api.desks import ViewerLink
from web.auth.passes import Passes
from web.viewers.rules import ViewerRules


class PassLinks:
    """The ViewerLinkDesk port."""

    def __init__(
        self,
        passes: Passes,
        rules: ViewerRules,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._passes = passes
        self._rules = rules
        self._now = now

    async def make(self, meeting_id: str, expires_at: datetime | None, site: str) -> ViewerLink:
        """A new link. Raises UsageError for too long a time."""
        now = self._now().replace(microsecond=0)
        expires_at = expires_at or now + timedelta(hours=self._rules.link_hours)
        if expires_at > now + timedelta(hours=self._rules.most_hours):
            most = self._rules.most_hours // 24
            raise UsageError("The link would be good for too long.", f"At most {most} days.")
        token = await self._passes.sign(meeting_id, expires_at)
        base = self._rules.public_url.rstrip("/") or site
        return ViewerLink(f"{base}/v/{token}", expires_at)

    async def revoke(self, meeting_id: str) -> None:
        """Ends every link to the meeting."""
        await self._passes.revoke(meeting_id)
