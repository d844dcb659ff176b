"""The tables of accounts and of what lets somebody in. Secrets are kept as hashes only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlmodel import Field, SQLModel

from storage.tables import UtcTime, of_meeting


class AccountRow(SQLModel, table=True):
    """Somebody who may use the installation."""

    __tablename__ = "account"

    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    name_key: str = Field(unique=True, sa_type=Text)
    role: int
    created_at: datetime = Field(sa_type=UtcTime)
    disabled: bool = False
    password: str = Field(sa_type=Text)


def _of_account() -> str:
    found: str = Field(
        index=True,
        sa_type=Text,
        sa_column_args=[ForeignKey("account.id", ondelete="CASCADE")],
    )
    return found


class SignInRow(SQLModel, table=True):
    """A browser that is signed in."""

    __tablename__ = "sign_in"

    id: str = Field(primary_key=True, sa_type=Text)
    digest: str = Field(unique=True, sa_type=Text)
    account_id: str = _of_account()
    created_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(index=True, sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    address: str = Field(default="", sa_type=Text)
    agent: str = Field(default="", sa_type=Text)


class ApiTokenRow(SQLModel, table=True):
    """A key for programs."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True, sa_type=Text)
    digest: str = Field(unique=True, sa_type=Text)
    account_id: str = _of_account()
    label: str = Field(sa_type=Text)
    role: int
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class AccountInviteRow(SQLModel, table=True):
    """A link that makes one account."""

    __tablename__ = "account_invite"

    id: str = Field(primary_key=True, sa_type=Text)
    digest: str = Field(unique=True, sa_type=Text)
    role: int
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    by: str = Field(default="", sa_type=Text)
    first: bool = False


class PassNumberRow(SQLModel, table=True):
    """The number that viewer links of a meeting must have; no row: 1."""

    __tablename__ = "pass_number"

    meeting_id: str = of_meeting(primary_key=True)
    number: int
