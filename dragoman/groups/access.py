"""Who may come in, and what may be fetched."""

import ipaddress

from pydantic import Field, field_validator

from dragoman.groups.base import Group
from web.auth.rules import DAY_S, AuthRules


class AccessGroup(Group):
    """Who may come in, and what may be fetched."""

    idle_days: float = Field(7, gt=0, description="A sign-in that is not used so long ends.")
    sign_in_days: float = Field(30, gt=0, description="A sign-in ends after so long anyway.")
    invite_days: float = Field(7, gt=0, description="An invitation is good for so long.")
    requests_per_minute: int = Field(
        600,
        ge=10,
        description="Requests of one token or one browser; ten times that of one address with "
        "a viewer link.",
    )
    proxies: tuple[str, ...] = Field(
        (),
        description="Addresses or networks of reverse proxies that are believed when they say "
        "where a request comes from.",
    )
    fetch_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts, *.domains, addresses or networks that calendars and webhooks may "
        "reach even where they are not on the internet.",
    )
    fetch_listed_only: bool = Field(
        False, description="Calendars and webhooks may reach nothing but fetch_hosts."
    )

    @field_validator("proxies")
    @classmethod
    def _networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for each in given:
            ipaddress.ip_network(each, strict=False)
        return given

    def rules(self, public_url: str) -> AuthRules:
        """For the guard."""
        return AuthRules(
            public_url=public_url,
            proxies=self.proxies,
            idle_s=self.idle_days * DAY_S,
            sign_in_s=self.sign_in_days * DAY_S,
            invite_s=self.invite_days * DAY_S,
            per_minute=self.requests_per_minute,
        )
