"""What every kind of calendar needs to make an event of what it reads."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain.links import SITE


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose calendar it is, and what to look for in it."""

    calendar_id: str
    site: str = SITE
    """The site whose links count."""
    own: frozenset[str] = frozenset()
    """The bot's own mail addresses, lower case."""
    owners: frozenset[str] = frozenset()
    """The calendar owner's mail addresses, lower case."""
    zone: ZoneInfo = ZoneInfo("UTC")
    """Of times and days that name none."""
