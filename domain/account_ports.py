"""Where accounts, sign-ins, tokens and invitations are kept.

What is secret arrives hashed: passwords by Argon2, random codes as their SHA-256 in hex
(`digest`). Every method raises StorageError where the database refuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.accounts import Account, AccountInvite, ApiToken, SignIn


class AccountStore(Protocol):
    """People."""

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        ...

    async def credentials(self, name: str) -> tuple[Account, str] | None:
        """An account by its name, in any case, with the hash of its password."""
        ...

    async def set_password(self, account_id: str, password: str) -> None:
        """Replaces the hash and ends every sign-in of the account."""
        ...

    async def change(self, account: Account) -> None:
        """Stores role and disabled. Disabling ends the account's sign-ins and revokes its
        tokens; a lower role lowers its tokens. Raises UsageError for the last owner and for
        an account that does not exist."""
        ...


class SignInStore(Protocol):
    """Browsers that are signed in."""

    async def open(self, sign_in: SignIn, digest: str) -> None:
        """Stores a new one."""
        ...

    async def find(self, digest: str) -> tuple[SignIn, Account] | None:
        """The sign-in of a cookie, whatever its age."""
        ...

    async def of(self, account_id: str) -> Sequence[SignIn]:
        """An account's, newest first."""
        ...

    async def seen(self, times: Mapping[str, datetime], now: datetime) -> None:
        """Notes uses by id, and forgets what has expired."""
        ...

    async def end(self, ids: Sequence[str]) -> None:
        """Ends them; an unknown one is no error."""
        ...


class TokenStore(Protocol):
    """Keys for programs."""

    async def add(self, token: ApiToken, digest: str) -> None:
        """Stores a new one."""
        ...

    async def find(self, digest: str) -> tuple[ApiToken, Account] | None:
        """The token of a key, revoked and expired ones too."""
        ...

    async def tokens(self, account_id: str = "") -> Sequence[ApiToken]:
        """All, or one account's, newest first."""
        ...

    async def used(self, times: Mapping[str, datetime]) -> None:
        """Notes uses by id."""
        ...

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """Whether there was one that was not revoked already."""
        ...


class InviteStore(Protocol):
    """Links that make accounts."""

    async def add(self, invite: AccountInvite, digest: str) -> None:
        """Stores a new one; a `first` one replaces those before it."""
        ...

    async def find(self, digest: str) -> AccountInvite | None:
        """The invitation of a link, whatever its age."""
        ...

    async def invites(self) -> Sequence[AccountInvite]:
        """All, newest first."""
        ...

    async def accept(self, digest: str, account: Account, password: str) -> bool:
        """Makes the account and uses the invitation up, in one step; False where it is used,
        has expired at `account.created_at`, or is a `first` one and there is an owner.
        Raises UsageError where the name is taken."""
        ...

    async def withdraw(self, invite_id: str) -> None:
        """An unknown one is no error."""
        ...


class PassStore(Protocol):
    """The number that viewer links of a meeting must have."""

    async def number(self, meeting_id: str) -> int:
        """1 for a meeting whose links were never revoked."""
        ...

    async def revoke(self, meeting_id: str) -> int:
        """Raises the number, which ends every link before; the new one."""
        ...


@dataclass(frozen=True, slots=True)
class AccessStores:
    """Everything that decides who may come in."""

    accounts: AccountStore
    sign_ins: SignInStore
    tokens: TokenStore
    invites: InviteStore
    passes: PassStore
