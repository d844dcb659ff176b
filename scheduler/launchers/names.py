"""Which meeting ids may stand in a command and in a file name."""

import re

from domain.errors import UsageError

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def plain_id(meeting_id: str) -> str:
    """The id itself. Raises UsageError where it is no plain name."""
    if not _PLAIN.fullmatch(meeting_id):
        raise UsageError(
            f"{meeting_id[:40]!r} is no meeting id.", "Ids have letters, digits, - and _ only."
        )
    return meeting_id
