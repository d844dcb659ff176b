"""What people do with accounts: sign in and out, invite, tokens, passwords."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.account_ports import AccessStores
from domain.accounts import Account, AccountInvite, ApiToken, Role, SignIn, name_key
from domain.errors import UsageError
from domain.text import clean, clean_name
from web.auth.codes import digest, new_code, new_token
from web.auth.limits import Backoff
from web.auth.passwords import Passwords, checked_password
from web.auth.rules import AuthRules

OVER = UsageError(
    "This link has been used, has expired, or was withdrawn.", "Ask an owner for a new one."
)


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from."""

    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Turned:
    """A sign-in that was turned away; it may be tried again after so long."""

    wait_s: float = 0.0


def _random_id() -> str:
    return secrets.token_hex(16)


class AccountDesk:
    """The accounts of an installation. Errors are UsageErrors with words for people."""

    def __init__(
        self,
        stores: AccessStores,
        rules: AuthRules,
        passwords: Passwords | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.stores = stores
        self._rules = rules
        self._passwords = passwords or Passwords()
        self.now = now
        self._addresses = Backoff(10, 900)
        self._names = Backoff(5, 30)
        """Short, so that nobody can lock out somebody else for long."""

    async def sign_in(self, name: str, password: str, browser: Browser) -> str | Turned:
        """The code of the cookie, or how it was turned away."""
        name = clean_name(name)
        account_key, address_key = name_key(name), browser.address
        wait_s = max(self._names.wait_s(account_key), self._addresses.wait_s(address_key))
        if wait_s:
            return Turned(wait_s)
        # Counted before it is checked: many at once are not cheaper than one after the other.
        self._names.failed(account_key)
        self._addresses.failed(address_key)
        known = await self.stores.accounts.credentials(name)
        right = await self._passwords.right(known[1] if known else None, password)
        if known is None or not right or known[0].disabled:
            return Turned()
        self._names.succeeded(account_key)
        self._addresses.undo(address_key)
        account, stored = known
        if self._passwords.outdated(stored):
            await self.stores.accounts.set_password(
                account.id, await self._passwords.hashed(password)
            )
        return await self._open(account.id, browser)

    async def change_password(
        self, account: Account, current: str, new: tuple[str, str], browser: Browser
    ) -> str:
        """Ends every sign-in and opens a new one; its code. `new` is typed twice."""
        if self._names.wait_s(account.id):
            raise UsageError("That was tried too often.", "Wait a minute.")
        known = await self.stores.accounts.credentials(account.name)
        if known is None or not await self._passwords.right(known[1], current):
            self._names.failed(account.id)
            raise UsageError("The present password is not right.", "Type it again.")
        checked = checked_password(*new, account.name)
        await self.stores.accounts.set_password(account.id, await self._passwords.hashed(checked))
        return await self._open(account.id, browser)

    async def set_password(self, account: Account, new: tuple[str, str]) -> None:
        """By somebody with access to the machine."""
        checked = checked_password(*new, account.name)
        await self.stores.accounts.set_password(account.id, await self._passwords.hashed(checked))

    async def invite(self, role: Role, by: str, *, first: bool = False) -> str:
        """The code of a link that makes one account."""
        code, now = new_code(), self.now()
        for_s = self._rules.first_link_s if first else self._rules.invite_s
        invite = AccountInvite(
            _random_id(), role, now, now + timedelta(seconds=for_s), clean_name(by), first
        )
        await self.stores.invites.add(invite, digest(code))
        return code

    async def invited(self, code: str) -> AccountInvite:
        """The invitation of a link that is still good. Raises UsageError."""
        invite = await self.stores.invites.find(digest(code))
        if invite is None or invite.expires_at <= self.now():
            raise OVER
        if invite.first and await self.owned():
            raise OVER
        return invite

    async def accept(self, code: str, name: str, new: tuple[str, str], browser: Browser) -> str:
        """Makes the account of a link and signs it in; the code of the cookie."""
        invite = await self.invited(code)
        name = clean_name(name)
        if not name:
            raise UsageError("An account needs a name.", "It is what you sign in with.")
        checked = checked_password(*new, name)
        account = Account(_random_id(), name, invite.role, self.now())
        stored = await self._passwords.hashed(checked)
        if not await self.stores.invites.accept(digest(code), account, stored):
            raise OVER
        return await self._open(account.id, browser)

    async def owned(self) -> bool:
        """Whether there is an owner who may sign in."""
        everybody = await self.stores.accounts.accounts()
        return any(each.role is Role.OWNER and not each.disabled for each in everybody)

    async def account(self, account_id: str) -> Account:
        """Raises UsageError where there is none."""
        for each in await self.stores.accounts.accounts():
            if each.id == account_id:
                return each
        raise UsageError("There is no such account.", "Look at the list of them.")

    async def new_token(
        self, account: Account, label: str, role: Role, days: int | None
    ) -> tuple[ApiToken, str]:
        """A key for programs: as it is kept, and as it is shown this once."""
        if role > account.role:
            raise UsageError("A token may do no more than its account.", "Choose a lower role.")
        shown, now = new_token(), self.now()
        token = ApiToken(
            _random_id(),
            account.id,
            clean_name(label) or "Token",
            role,
            now,
            now + timedelta(days=days) if days else None,
        )
        await self.stores.tokens.add(token, digest(shown))
        return token, shown

    async def revoke_token(self, token_id: str) -> None:
        """At once; an unknown one is no error."""
        await self.stores.tokens.revoke(token_id, self.now())

    async def change(self, account_id: str, *, role: Role | None, disabled: bool | None) -> None:
        """Raises UsageError for the last owner."""
        account = await self.account(account_id)
        changed = replace(
            account,
            role=account.role if role is None else role,
            disabled=account.disabled if disabled is None else disabled,
        )
        await self.stores.accounts.change(changed)

    async def _open(self, account_id: str, browser: Browser) -> str:
        code, now = new_code(), self.now()
        sign_in = SignIn(
            _random_id(),
            account_id,
            now,
            now,
            now + timedelta(seconds=self._rules.sign_in_s),
            browser.address,
            clean(browser.agent, 200),
        )
        await self.stores.sign_ins.open(sign_in, digest(code))
        return code


async def first_owner_link(desk: AccountDesk, address: str) -> str:
    """The one-time link that makes the first owner, for the terminal; nothing where there is
    an owner. A new one ends those before it."""
    if await desk.owned():
        return ""
    return f"{address.rstrip('/')}/welcome/{await desk.invite(Role.OWNER, '', first=True)}"
