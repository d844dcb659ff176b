"""Sign-ins, API tokens and the numbers of viewer links in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from domain.accounts import Account, ApiToken, Role, SignIn
from storage.account_tables import AccountRow, ApiTokenRow, PassNumberRow, SignInRow
from storage.database import Database


class SqlSignInStore:
    """The SignInStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, sign_in: SignIn, digest: str) -> None:
        """Stores a new one."""
        row = SignInRow(
            id=sign_in.id,
            digest=digest,
            account_id=sign_in.account_id,
            created_at=sign_in.created_at,
            seen_at=sign_in.seen_at,
            expires_at=sign_in.expires_at,
            address=sign_in.address,
            agent=sign_in.agent,
        )
        await self._database.write(lambda session: session.add(row))

    async def find(self, digest: str) -> tuple[SignIn, Account] | None:
        """The sign-in of a cookie, whatever its age."""

        def work(session: Session) -> tuple[SignIn, Account] | None:
            row = session.exec(select(SignInRow).where(col(SignInRow.digest) == digest)).first()
            account = _account(session, row.account_id) if row else None
            return (_sign_in(row), account) if row and account else None

        return await self._database.read(work)

    async def of(self, account_id: str) -> Sequence[SignIn]:
        """An account's, newest first."""

        def work(session: Session) -> list[SignIn]:
            chosen = select(SignInRow).where(col(SignInRow.account_id) == account_id)
            order = (col(SignInRow.created_at).desc(), col(SignInRow.id))
            return [_sign_in(row) for row in session.exec(chosen.order_by(*order))]

        return await self._database.read(work)

    async def seen(self, times: Mapping[str, datetime], now: datetime) -> None:
        """Notes uses by id, and forgets what has expired."""

        def work(session: Session) -> None:
            for key, at in times.items():
                session.execute(
                    update(SignInRow).where(col(SignInRow.id) == key).values(seen_at=at)
                )
            session.execute(delete(SignInRow).where(col(SignInRow.expires_at) <= now))

        await self._database.write(work)

    async def end(self, ids: Sequence[str]) -> None:
        """Ends them; an unknown one is no error."""

        def work(session: Session) -> None:
            session.execute(delete(SignInRow).where(col(SignInRow.id).in_(ids)))

        await self._database.write(work)


class SqlTokenStore:
    """The TokenStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: ApiToken, digest: str) -> None:
        """Stores a new one."""
        row = ApiTokenRow(
            id=token.id,
            digest=digest,
            account_id=token.account_id,
            label=token.label,
            role=int(token.role),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
        await self._database.write(lambda session: session.add(row))

    async def find(self, digest: str) -> tuple[ApiToken, Account] | None:
        """The token of a key, revoked and expired ones too."""

        def work(session: Session) -> tuple[ApiToken, Account] | None:
            row = session.exec(select(ApiTokenRow).where(col(ApiTokenRow.digest) == digest)).first()
            account = _account(session, row.account_id) if row else None
            return (_token(row), account) if row and account else None

        return await self._database.read(work)

    async def tokens(self, account_id: str = "") -> Sequence[ApiToken]:
        """All, or one account's, newest first."""

        def work(session: Session) -> list[ApiToken]:
            chosen = select(ApiTokenRow)
            if account_id:
                chosen = chosen.where(col(ApiTokenRow.account_id) == account_id)
            order = (col(ApiTokenRow.created_at).desc(), col(ApiTokenRow.id))
            return [_token(row) for row in session.exec(chosen.order_by(*order))]

        return await self._database.read(work)

    async def used(self, times: Mapping[str, datetime]) -> None:
        """Notes uses by id."""

        def work(session: Session) -> None:
            for key, at in times.items():
                session.execute(
                    update(ApiTokenRow).where(col(ApiTokenRow.id) == key).values(used_at=at)
                )

        await self._database.write(work)

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """Whether there was one that was not revoked already."""

        def work(session: Session) -> bool:
            row = session.get(ApiTokenRow, token_id)
            if row is None or row.revoked_at is not None:
                return False
            row.revoked_at = at
            return True

        return await self._database.write(work)


class SqlPassStore:
    """The PassStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self, meeting_id: str) -> int:
        """1 for a meeting whose links were never revoked."""

        def work(session: Session) -> int:
            row = session.get(PassNumberRow, meeting_id)
            return row.number if row else 1

        return await self._database.read(work)

    async def revoke(self, meeting_id: str) -> int:
        """Raises the number, which ends every link before; the new one."""

        def work(session: Session) -> int:
            row = session.get(PassNumberRow, meeting_id)
            number = (row.number if row else 1) + 1
            session.merge(PassNumberRow(meeting_id=meeting_id, number=number))
            return number

        return await self._database.write(work)


def _account(session: Session, account_id: str) -> Account | None:
    row = session.get(AccountRow, account_id)
    if row is None:
        return None
    return Account(row.id, row.name, Role(row.role), row.created_at, row.disabled)


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(
        row.id, row.account_id, row.created_at, row.seen_at, row.expires_at, row.address, row.agent
    )


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(
        row.id,
        row.account_id,
        row.label,
        Role(row.role),
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
    )
