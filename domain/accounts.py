"""People who may use an installation, and what they may do."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Role(IntEnum):
    """What somebody may do; a higher role may do all that a lower one may."""

    VIEWER = 1
    """Reads meetings and transcripts."""
    OPERATOR = 2
    """Sends bots, steers them, corrects and exports transcripts."""
    OWNER = 3
    """Accounts, tokens, calendars, settings."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a password or tokens."""

    id: str
    name: str
    """Unique, as typed to sign in."""
    role: Role
    created_at: datetime
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A key for programs; only its hash is kept."""

    id: str
    account_id: str
    label: str
    role: Role
    """Never more than its account's."""
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ViewerPass:
    """What a signed link to one meeting says."""

    meeting_id: str
    expires_at: datetime
    number: int = 1
    """Passes of a meeting below its present number are revoked."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser that is signed in; only the hash of its cookie is kept."""

    id: str
    account_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    """However busy it is."""
    address: str = ""
    """Where it was opened from."""
    agent: str = ""
    """What the browser calls itself."""


@dataclass(frozen=True, slots=True)
class AccountInvite:
    """A link that makes one account, once; only its hash is kept."""

    id: str
    role: Role
    created_at: datetime
    expires_at: datetime
    by: str = ""
    """The account that invites."""
    first: bool = False
    """Good only as long as nobody owns the installation."""


def name_key(name: str) -> str:
    """What names are compared by: neither case nor Unicode form tells two apart."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
