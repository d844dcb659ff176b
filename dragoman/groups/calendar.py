"""Which meetings of calendars are joined, and when."""

from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from dragoman.groups.base import Group


class CalendarGroup(Group):
    """Which meetings of calendars are joined, and when."""

    addresses: tuple[str, ...] = Field(
        (), description="The bot's own mail addresses: an event that invites one is joined."
    )
    look_ahead_h: float = Field(24, gt=0, le=24 * 14, description="Hours ahead that are planned.")
    poll_s: float = Field(120, ge=10, le=300, description="Between two looks at a calendar.")
    join_before_s: float = Field(60, ge=0, le=900, description="Joins so long before the start.")
    late_s: float = Field(
        600, ge=0, le=600, description="So long after the start a bot is still sent."
    )
    tries: int = Field(3, ge=1, le=3, description="Tries to get into a meeting.")
    zone: str = Field("UTC", description="Zone of times for which a calendar names none.")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(
                f"unknown time zone {zone!r}; use one such as Europe/Berlin"
            ) from error
        return zone

    @field_validator("addresses")
    @classmethod
    def _mail(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            if "@" not in address:
                raise ValueError(f"{address!r} is no mail address")
        return addresses
