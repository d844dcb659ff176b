"""Accounts and what lets somebody in, in memory: for tests and for trying things out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from domain.account_ports import AccessStores
from domain.accounts import Account, AccountInvite, ApiToken, Role, SignIn, name_key
from domain.errors import UsageError


def memory_access_stores() -> AccessStores:
    """Empty ones that know each other."""
    accounts = MemoryAccountStore()
    return AccessStores(
        accounts, accounts.sign_ins, accounts.keys, MemoryInviteStore(accounts), MemoryPassStore()
    )


class MemoryAccountStore:
    """The AccountStore port."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[Account, str]] = {}
        self.sign_ins = MemorySignInStore(self)
        self.keys = MemoryTokenStore(self)

    def put(self, account: Account, password: str) -> None:
        """Adds an account. Raises UsageError where the name is taken."""
        if any(name_key(known.name) == name_key(account.name) for known, _ in self.held.values()):
            raise UsageError("Somebody has this name already.", "Choose another.")
        self.held[account.id] = (account, password)

    def owners(self) -> int:
        """How many may sign in."""
        everybody = [account for account, _ in self.held.values()]
        return sum(a.role is Role.OWNER and not a.disabled for a in everybody)

    async def accounts(self) -> Sequence[Account]:
        return sorted((a for a, _ in self.held.values()), key=lambda each: name_key(each.name))

    async def credentials(self, name: str) -> tuple[Account, str] | None:
        found = [each for each in self.held.values() if name_key(each[0].name) == name_key(name)]
        return found[0] if found else None

    async def set_password(self, account_id: str, password: str) -> None:
        account, _ = self._known(account_id)
        self.held[account_id] = (account, password)
        self.sign_ins.end_all(account_id)

    async def change(self, account: Account) -> None:
        before, password = self._known(account.id)
        after = replace(before, role=account.role, disabled=account.disabled)
        self.held[account.id] = (after, password)
        if not self.owners():
            self.held[account.id] = (before, password)
            raise UsageError(
                "Dragoman needs an owner, and this is the last.", "Make another account owner."
            )
        self.keys.lower(after)
        if after.disabled:
            self.sign_ins.end_all(account.id)

    def _known(self, account_id: str) -> tuple[Account, str]:
        if account_id not in self.held:
            raise UsageError("There is no such account.", "Look at the list of them.")
        return self.held[account_id]


class MemorySignInStore:
    """The SignInStore port."""

    def __init__(self, accounts: MemoryAccountStore) -> None:
        self._accounts = accounts
        self._held: dict[str, SignIn] = {}

    async def open(self, sign_in: SignIn, digest: str) -> None:
        self._held[digest] = sign_in

    async def find(self, digest: str) -> tuple[SignIn, Account] | None:
        sign_in = self._held.get(digest)
        return (sign_in, self._accounts.held[sign_in.account_id][0]) if sign_in else None

    async def of(self, account_id: str) -> Sequence[SignIn]:
        found = sorted(self._held.values(), key=lambda each: each.id)
        found.sort(key=lambda each: each.created_at, reverse=True)
        return [each for each in found if each.account_id == account_id]

    async def seen(self, times: Mapping[str, datetime], now: datetime) -> None:
        for digest, each in list(self._held.items()):
            self._held[digest] = replace(each, seen_at=times.get(each.id, each.seen_at))
            if each.expires_at <= now:
                del self._held[digest]

    async def end(self, ids: Sequence[str]) -> None:
        self._held = {key: each for key, each in self._held.items() if each.id not in ids}

    def end_all(self, account_id: str) -> None:
        """Ends an account's."""
        self._held = {k: each for k, each in self._held.items() if each.account_id != account_id}


class MemoryTokenStore:
    """The TokenStore port."""

    def __init__(self, accounts: MemoryAccountStore) -> None:
        self._accounts = accounts
        self._held: dict[str, ApiToken] = {}

    async def add(self, token: ApiToken, digest: str) -> None:
        self._held[digest] = token

    async def find(self, digest: str) -> tuple[ApiToken, Account] | None:
        token = self._held.get(digest)
        return (token, self._accounts.held[token.account_id][0]) if token else None

    async def tokens(self, account_id: str = "") -> Sequence[ApiToken]:
        found = sorted(self._held.values(), key=lambda each: each.id)
        found.sort(key=lambda each: each.created_at, reverse=True)
        return [each for each in found if not account_id or each.account_id == account_id]

    async def used(self, times: Mapping[str, datetime]) -> None:
        for digest, each in self._held.items():
            self._held[digest] = replace(each, used_at=times.get(each.id, each.used_at))

    async def revoke(self, token_id: str, at: datetime) -> bool:
        for digest, each in self._held.items():
            if each.id == token_id and each.revoked_at is None:
                self._held[digest] = replace(each, revoked_at=at)
                return True
        return False

    def lower(self, account: Account) -> None:
        """No token may do more than its account; those of a disabled one are revoked."""
        for digest, each in self._held.items():
            if each.account_id != account.id:
                continue
            gone = each.revoked_at or (datetime.now(UTC) if account.disabled else None)
            role = min(each.role, account.role)
            self._held[digest] = replace(each, role=role, revoked_at=gone)


class MemoryInviteStore:
    """The InviteStore port."""

    def __init__(self, accounts: MemoryAccountStore) -> None:
        self._accounts = accounts
        self._held: dict[str, AccountInvite] = {}

    async def add(self, invite: AccountInvite, digest: str) -> None:
        if invite.first:
            self._held = {key: each for key, each in self._held.items() if not each.first}
        self._held[digest] = invite

    async def find(self, digest: str) -> AccountInvite | None:
        return self._held.get(digest)

    async def invites(self) -> Sequence[AccountInvite]:
        found = sorted(self._held.values(), key=lambda each: each.id)
        return sorted(found, key=lambda each: each.created_at, reverse=True)

    async def accept(self, digest: str, account: Account, password: str) -> bool:
        invite = self._held.get(digest)
        if invite is None or invite.expires_at <= account.created_at:
            return False
        if invite.first and self._accounts.owners():
            return False
        self._accounts.put(replace(account, role=invite.role), password)
        del self._held[digest]
        return True

    async def withdraw(self, invite_id: str) -> None:
        self._held = {key: each for key, each in self._held.items() if each.id != invite_id}


class MemoryPassStore:
    """The PassStore port."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    async def number(self, meeting_id: str) -> int:
        return self._numbers.get(meeting_id, 1)

    async def revoke(self, meeting_id: str) -> int:
        self._numbers[meeting_id] = self._numbers.get(meeting_id, 1) + 1
        return self._numbers[meeting_id]
