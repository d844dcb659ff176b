"""Accounts in a real database, with others at work on it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel

from domain.accounts import Account, AccountInvite, Role
from domain.errors import UsageError
from domain.meetings import Meeting
from storage.accounts import sql_access_stores
from storage.database import Database

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


async def test_two_who_open_the_first_link_at_once_make_one_owner(where: str | Path) -> None:
    async with Database(where) as one, Database(where) as other:
        invite = AccountInvite("i1", Role.OWNER, NOON, NOON + timedelta(hours=1), first=True)
        await sql_access_stores(one).invites.add(invite, "d1")

        async def accept(database: Database, key: str) -> bool:
            account = Account(key, f"Owner {key}", Role.OWNER, NOON)
            return await sql_access_stores(database).invites.accept("d1", account, "hash")

        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(accept(one, "a")), group.create_task(accept(other, "b"))]
        assert sorted(task.result() for task in tries) == [False, True]
        assert len(await sql_access_stores(one).accounts.accounts()) == 1


async def test_two_owners_who_disable_each_other_leave_one(database: Database) -> None:
    stores = sql_access_stores(database)
    for key in ("a", "b"):
        invite = AccountInvite(key, Role.OWNER, NOON, NOON + timedelta(hours=1))
        await stores.invites.add(invite, key)
        await stores.invites.accept(key, Account(key, key, Role.OWNER, NOON), "hash")

    async def disable(key: str) -> bool:
        try:
            await stores.accounts.change(Account(key, key, Role.OWNER, NOON, disabled=True))
        except UsageError:
            return False
        return True

    assert sorted(await asyncio.gather(disable("a"), disable("b"))) == [False, True]


async def test_links_go_with_their_meeting(database: Database, stored_meeting: Meeting) -> None:
    stores = sql_access_stores(database)
    await stores.passes.revoke(stored_meeting.id)
    await database.write(lambda s: s.connection().exec_driver_sql("DELETE FROM meeting"))
    assert await stores.passes.number(stored_meeting.id) == 1


async def test_the_step_makes_the_tables_as_they_are(database: Database) -> None:
    """Columns, nullability, keys and indexes of each table of this area."""

    def shapes(session: Session) -> dict[str, tuple[object, ...]]:
        look = inspect(session.connection())
        return {
            name: (
                {column["name"]: column["nullable"] for column in look.get_columns(name)},
                sorted(str(index["column_names"]) for index in look.get_indexes(name)),
            )
            for name in ("account", "sign_in", "api_token", "account_invite", "pass_number")
        }

    for name, (columns, indexes) in (await database.read(shapes)).items():
        table = SQLModel.metadata.tables[name]
        assert columns == {column.name: column.nullable for column in table.columns}
        wanted = sorted(str([c.name for c in each.columns]) for each in table.indexes)
        assert [
            each for each in indexes if "digest" not in each and "name_key" not in each
        ] == wanted
