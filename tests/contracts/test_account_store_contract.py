"""Every store of accounts does what the ports say."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.account_ports import AccessStores
from domain.accounts import Account, AccountInvite, ApiToken, Role, SignIn
from domain.errors import UsageError
from domain.meetings import Meeting, MeetingState
from storage.account_memory import memory_access_stores
from storage.accounts import sql_access_stores
from storage.database import Database
from storage.meetings import SqlMeetingStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ANA = Account("a1", "Ana Ruiz", Role.OWNER, NOON)
BEN = Account("a2", "ben", Role.OPERATOR, NOON)
MEETING = Meeting("m1", "link", "code", "bot", (), MeetingState.REQUESTED, NOON)


@pytest.fixture
async def stores(where: str | Path | None) -> AsyncIterator[AccessStores]:
    if where is None:
        yield memory_access_stores()
        return
    async with Database(where) as database:
        await SqlMeetingStore(database).create(MEETING)
        yield sql_access_stores(database)


def invite(role: Role = Role.OWNER, *, first: bool = False, key: str = "i") -> AccountInvite:
    return AccountInvite(f"{key}-{role.name}", role, NOON, NOON + DAY, "Zoe", first)


async def made(stores: AccessStores, *accounts: Account) -> None:
    for account in accounts:
        await stores.invites.add(invite(account.role, key=account.id), account.id)
        assert await stores.invites.accept(account.id, account, f"hash of {account.id}")


async def test_an_invitation_makes_one_account_once(stores: AccessStores) -> None:
    await stores.invites.add(invite(Role.OPERATOR), "d1")
    found = await stores.invites.find("d1")
    assert found == invite(Role.OPERATOR)
    assert await stores.invites.accept("d1", replace(BEN, role=Role.OWNER), "hash") is True
    assert await stores.invites.accept("d1", ANA, "hash") is False
    assert await stores.invites.find("d1") is None
    assert list(await stores.accounts.accounts()) == [BEN], "the role is the invitation's"


async def test_an_invitation_expires_and_is_withdrawn(stores: AccessStores) -> None:
    await stores.invites.add(invite(), "d1")
    late = replace(ANA, created_at=NOON + DAY)
    assert await stores.invites.accept("d1", late, "hash") is False
    await stores.invites.withdraw("i-OWNER")
    await stores.invites.withdraw("unknown")
    assert await stores.invites.accept("d1", ANA, "hash") is False
    assert list(await stores.invites.invites()) == []


async def test_a_first_invitation_is_good_for_the_first_owner_only(stores: AccessStores) -> None:
    await stores.invites.add(invite(first=True, key="old"), "d1")
    await stores.invites.add(invite(first=True, key="new"), "d2")
    assert [each.id for each in await stores.invites.invites()] == ["new-OWNER"]
    await made(stores, ANA)
    assert await stores.invites.accept("d2", BEN, "hash") is False


async def test_a_name_is_taken_in_any_case(stores: AccessStores) -> None:
    await made(stores, ANA)
    await stores.invites.add(invite(), "d1")
    with pytest.raises(UsageError, match="name"):
        await stores.invites.accept("d1", replace(BEN, name="ANA RUIZ"), "hash")
    assert await stores.invites.find("d1") is not None
    assert await stores.accounts.credentials("ana ruiz") == (ANA, "hash of a1")
    assert await stores.accounts.credentials("nobody") is None


async def test_accounts_come_by_name(stores: AccessStores) -> None:
    zoe = Account("a3", "Zoe", Role.VIEWER, NOON)
    await made(stores, zoe, BEN, ANA)
    assert list(await stores.accounts.accounts()) == [ANA, BEN, zoe]


async def test_the_last_owner_stays(stores: AccessStores) -> None:
    await made(stores, ANA, BEN)
    for less in (replace(ANA, role=Role.VIEWER), replace(ANA, disabled=True)):
        with pytest.raises(UsageError, match="last"):
            await stores.accounts.change(less)
    assert list(await stores.accounts.accounts()) == [ANA, BEN]
    with pytest.raises(UsageError, match="no such"):
        await stores.accounts.change(replace(ANA, id="unknown"))


def sign_in(key: str, account: Account, days: int = 1) -> SignIn:
    return SignIn(key, account.id, NOON, NOON, NOON + days * DAY, "127.0.0.1", "A browser")


async def test_sign_ins_are_found_seen_and_ended(stores: AccessStores) -> None:
    await made(stores, ANA, BEN)
    one, two = sign_in("s1", ANA), sign_in("s2", ANA, days=9)
    await stores.sign_ins.open(one, "d1")
    await stores.sign_ins.open(two, "d2")
    assert await stores.sign_ins.find("d1") == (one, ANA)
    assert await stores.sign_ins.find("d9") is None
    later = NOON + 2 * DAY
    await stores.sign_ins.seen({"s2": later, "gone": later}, later)
    assert list(await stores.sign_ins.of("a1")) == [replace(two, seen_at=later)]
    assert list(await stores.sign_ins.of("a2")) == []
    await stores.sign_ins.end(["s2", "gone"])
    assert await stores.sign_ins.find("d2") is None


async def test_a_new_password_ends_every_sign_in(stores: AccessStores) -> None:
    await made(stores, ANA, BEN)
    await stores.sign_ins.open(sign_in("s1", ANA), "d1")
    await stores.sign_ins.open(sign_in("s2", BEN), "d2")
    await stores.accounts.set_password("a1", "new hash")
    assert await stores.accounts.credentials("Ana Ruiz") == (ANA, "new hash")
    assert await stores.sign_ins.find("d1") is None
    assert await stores.sign_ins.find("d2") is not None


async def test_tokens_are_found_used_and_revoked(stores: AccessStores) -> None:
    await made(stores, ANA, BEN)
    one = ApiToken("t1", "a1", "CI", Role.OWNER, NOON, NOON + DAY)
    two = ApiToken("t2", "a2", "Bot", Role.VIEWER, NOON + DAY)
    await stores.tokens.add(one, "d1")
    await stores.tokens.add(two, "d2")
    assert await stores.tokens.find("d1") == (one, ANA)
    assert await stores.tokens.find("d9") is None
    assert list(await stores.tokens.tokens()) == [two, one]
    await stores.tokens.used({"t1": NOON + DAY, "gone": NOON})
    assert list(await stores.tokens.tokens("a1")) == [replace(one, used_at=NOON + DAY)]
    assert await stores.tokens.revoke("t2", NOON) is True
    assert await stores.tokens.revoke("t2", NOON + DAY) is False
    found = await stores.tokens.find("d2")
    assert found is not None
    assert found[0].revoked_at == NOON


async def test_a_disabled_account_has_nothing_open(stores: AccessStores) -> None:
    await made(stores, ANA, BEN)
    await stores.tokens.add(ApiToken("t2", "a2", "Bot", Role.OPERATOR, NOON), "d2")
    await stores.sign_ins.open(sign_in("s2", BEN), "d2")
    await stores.accounts.change(replace(BEN, role=Role.VIEWER))
    (token,) = await stores.tokens.tokens("a2")
    assert (token.role, token.revoked_at) == (Role.VIEWER, None)
    assert await stores.sign_ins.find("d2") is not None
    await stores.accounts.change(replace(BEN, disabled=True))
    (token,) = await stores.tokens.tokens("a2")
    assert token.revoked_at is not None
    assert await stores.sign_ins.find("d2") is None


async def test_the_number_of_links_rises(stores: AccessStores) -> None:
    assert await stores.passes.number("m1") == 1
    assert [await stores.passes.revoke("m1"), await stores.passes.revoke("m1")] == [2, 3]
    assert await stores.passes.number("m1") == 3
