"""Viewer links and who asks, as the API tells of them."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from domain.accounts import Role
from web.api.models import Given, Told


class MakeLink(Given):
    """Makes a viewer link."""

    expires_at: AwareDatetime | None = Field(None, description="None: after the usual time.")


class LinkTold(Told):
    """An address for guests of one meeting."""

    url: str
    expires_at: datetime


class Myself(Told):
    """Who asks."""

    name: str = Field(description="Of the account.")
    role: str = Field(
        description="What this token may do.",
        json_schema_extra={"enum": [r.name.lower() for r in Role]},
    )
    via: str = Field(description="token or session.")
