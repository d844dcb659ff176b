"""Accounts and invitations in the database."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from domain.account_ports import AccessStores
from domain.accounts import Account, AccountInvite, Role, name_key
from domain.errors import UsageError
from storage.account_keys import SqlPassStore, SqlSignInStore, SqlTokenStore
from storage.account_tables import AccountInviteRow, AccountRow, ApiTokenRow, SignInRow
from storage.database import Database


def sql_access_stores(database: Database) -> AccessStores:
    """All that decides who may come in, on one database."""
    return AccessStores(
        SqlAccountStore(database),
        SqlSignInStore(database),
        SqlTokenStore(database),
        SqlInviteStore(database),
        SqlPassStore(database),
    )


class SqlAccountStore:
    """The AccountStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""

        def work(session: Session) -> list[Account]:
            rows = session.exec(select(AccountRow).order_by(col(AccountRow.name_key)))
            return [account_of(row) for row in rows]

        return await self._database.read(work)

    async def credentials(self, name: str) -> tuple[Account, str] | None:
        """An account by its name, in any case, with the hash of its password."""

        def work(session: Session) -> tuple[Account, str] | None:
            row = session.exec(
                select(AccountRow).where(col(AccountRow.name_key) == name_key(name))
            ).first()
            return (account_of(row), row.password) if row else None

        return await self._database.read(work)

    async def set_password(self, account_id: str, password: str) -> None:
        """Replaces the hash and ends every sign-in of the account."""

        def work(session: Session) -> None:
            _row(session, account_id).password = password
            _end_sign_ins(session, account_id)

        await self._database.write(work)

    async def change(self, account: Account) -> None:
        """Stores role and disabled, with what follows from them. Raises UsageError."""

        def work(session: Session) -> None:
            row = _row(session, account.id)
            row.role, row.disabled = int(account.role), account.disabled
            session.flush()
            if not _owners(session):
                raise UsageError(
                    "Dragoman needs an owner, and this is the last.",
                    "Make another account owner first.",
                )
            tokens = update(ApiTokenRow).where(col(ApiTokenRow.account_id) == account.id)
            if account.disabled:
                _end_sign_ins(session, account.id)
                open_ones = tokens.where(col(ApiTokenRow.revoked_at).is_(None))
                session.execute(open_ones.values(revoked_at=datetime.now(UTC)))
            lower = tokens.where(col(ApiTokenRow.role) > int(account.role))
            session.execute(lower.values(role=int(account.role)))

        await self._database.write(work)


class SqlInviteStore:
    """The InviteStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, invite: AccountInvite, digest: str) -> None:
        """Stores a new one; a `first` one replaces those before it."""

        def work(session: Session) -> None:
            if invite.first:
                session.execute(
                    delete(AccountInviteRow).where(col(AccountInviteRow.first).is_(True))
                )
            session.add(
                AccountInviteRow(
                    id=invite.id,
                    digest=digest,
                    role=int(invite.role),
                    created_at=invite.created_at,
                    expires_at=invite.expires_at,
                    by=invite.by,
                    first=invite.first,
                )
            )

        await self._database.write(work)

    async def find(self, digest: str) -> AccountInvite | None:
        """The invitation of a link, whatever its age."""

        def work(session: Session) -> AccountInvite | None:
            row = _invite(session, digest)
            return _invite_of(row) if row else None

        return await self._database.read(work)

    async def invites(self) -> Sequence[AccountInvite]:
        """All, newest first."""

        def work(session: Session) -> list[AccountInvite]:
            order = (col(AccountInviteRow.created_at).desc(), col(AccountInviteRow.id))
            return [
                _invite_of(row) for row in session.exec(select(AccountInviteRow).order_by(*order))
            ]

        return await self._database.read(work)

    async def accept(self, digest: str, account: Account, password: str) -> bool:
        """Makes the account and uses the invitation up, in one step. Raises UsageError."""

        def work(session: Session) -> bool:
            row = _invite(session, digest)
            if row is None or row.expires_at <= account.created_at:
                return False
            if row.first and _owners(session):
                return False
            key = name_key(account.name)
            taken = select(AccountRow.id).where(col(AccountRow.name_key) == key)
            if session.exec(taken).first() is not None:
                raise UsageError("Somebody has this name already.", "Choose another.")
            session.delete(row)
            session.add(
                AccountRow(
                    id=account.id,
                    name=account.name,
                    name_key=key,
                    role=row.role,
                    created_at=account.created_at,
                    password=password,
                )
            )
            return True

        return await self._database.write(work)

    async def withdraw(self, invite_id: str) -> None:
        """An unknown one is no error."""

        def work(session: Session) -> None:
            session.execute(delete(AccountInviteRow).where(col(AccountInviteRow.id) == invite_id))

        await self._database.write(work)


def account_of(row: AccountRow) -> Account:
    """The account that a row holds."""
    return Account(row.id, row.name, Role(row.role), row.created_at, row.disabled)


def _row(session: Session, account_id: str) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise UsageError("There is no such account.", "Look at the list of them.")
    return row


def _owners(session: Session) -> int:
    owners = select(func.count()).where(
        col(AccountRow.role) == int(Role.OWNER), col(AccountRow.disabled).is_(False)
    )
    return session.exec(owners).one()


def _end_sign_ins(session: Session, account_id: str) -> None:
    session.execute(delete(SignInRow).where(col(SignInRow.account_id) == account_id))


def _invite(session: Session, digest: str) -> AccountInviteRow | None:
    return session.exec(
        select(AccountInviteRow).where(col(AccountInviteRow.digest) == digest)
    ).first()


def _invite_of(row: AccountInviteRow) -> AccountInvite:
    return AccountInvite(row.id, Role(row.role), row.created_at, row.expires_at, row.by, row.first)
