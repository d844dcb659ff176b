"""Webhooks against a real receiver that takes, fails, hangs, redirects and says goodbye."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlmodel import Session

from domain.errors import UsageError
from domain.meetings import Meeting, MeetingState
from domain.webhooks import DeliveryState, Webhook, WebhookChange, WebhookEvent
from dragoman.client import verified
from dragoman.serve.courier import Courier, CourierRules
from dragoman.serve.fetch import AddressPolicy
from dragoman.serve.keys import Vault
from dragoman.serve.webhooks import Webhooks
from storage.database import Database
from storage.deliveries import WebhookStores, webhook_stores
from storage.meetings import SqlMeetingStore
from storage.tables import MeetingRow
from storage.webhook_tables import WebhookRow

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ENDED = frozenset({WebhookEvent.MEETING_ENDED})
RULES = CourierRules(answer_s=1.5)


@dataclass
class Clock:
    """Stands still until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Receiver:
    """Answers as it is told to, and keeps what it got."""

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    at_once: int = 0
    most_at_once: int = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            async with self.news:
                self.got.append((dict(request.headers), await request.read()))
                self.news.notify_all()
            answer = self.answers.pop(0) if self.answers else 200
            if answer == "hang":
                await asyncio.sleep(30)
            if isinstance(answer, web.StreamResponse):
                return answer
            return web.Response(status=answer if isinstance(answer, int) else 200)
        finally:
            self.at_once -= 1

    async def messages(self, many: int) -> list[dict[str, Any]]:
        """What came, once so many came."""
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: len(self.got) >= many)
        return [json.loads(body) for _, body in self.got]


@dataclass
class Office:
    """Webhooks on a real database, and a courier when it is opened."""

    stores: WebhookStores
    webhooks: Webhooks
    clock: Clock
    vault: Vault
    receiver: Receiver
    policy: AddressPolicy
    database: Database
    couriers: list[Courier]
    notices: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def courier(self) -> Courier:
        courier = Courier(
            self.stores,
            self.vault,
            self.policy,
            rules=RULES,
            notice=self.notices.put_nowait,
            now=self.clock,
        )
        self.couriers.append(courier)
        return courier

    async def hook(self, **given: Any) -> tuple[Webhook, str]:
        values = {"events": ENDED, "description": "mine", "by": "Ana", **given}
        return await self.webhooks.add(values.pop("url", self.receiver.url), **values)

    async def only(self, hook: Webhook, good: Callable[[Any], bool]) -> Any:
        """The webhook's one message, once it is as it should be."""
        async with asyncio.timeout(10):
            while True:
                found, _ = await self.webhooks.deliveries(hook.id, None, 10, "")
                if found and good(found[0]):
                    return found[0]
                await asyncio.sleep(0.01)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    receiver, clock, vault = Receiver(), Clock(), Vault(b"k" * 32)
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    policy = AddressPolicy(["127.0.0.1"])
    async with Database(tmp_path / "d.db") as database, TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        await SqlMeetingStore(database).create(
            Meeting("m1", "l", "c", "n", (), MeetingState.REQUESTED, NOON)
        )
        stores = webhook_stores(database)
        couriers: list[Courier] = []

        def wake() -> None:
            for courier in couriers:
                courier.wake()

        webhooks = Webhooks(stores, vault, policy, stored=wake, now=clock)
        yield Office(stores, webhooks, clock, vault, receiver, policy, database, couriers)


async def test_a_message_arrives_signed(office: Office) -> None:
    hook, secret = await office.hook()
    async with office.courier():
        data = {"reason": "host_ended", "title": "<b>\u2028"}
        assert await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", data) == 1
        (message,) = await office.receiver.messages(1)
        told = await office.only(hook, lambda d: d.state is DeliveryState.DELIVERED)
    assert message["data"] == data
    assert (message["event"], message["meeting_id"]) == ("meeting.ended", "m1")
    headers, body = office.receiver.got[0]
    shown, now_s = headers["Dragoman-Signature"], NOON.timestamp()
    assert verified(secret, shown, body, now_s=now_s) == message
    assert verified(secret, shown, body + b" ", now_s=now_s) is None
    assert verified("other", shown, body, now_s=now_s) is None
    assert verified(secret, shown, body, now_s=now_s + 301) is None
    assert verified(secret, "t=,v1=é", body) is None
    assert (told.status, told.tries, told.event_id) == (200, 1, message["id"])
    assert headers["Dragoman-Event"] == "meeting.ended"


async def test_an_event_is_told_once_to_those_who_want_it(office: Office) -> None:
    await office.hook()
    await office.hook(events=frozenset({WebhookEvent.NOTES_READY}))
    off, _ = await office.hook()
    await office.webhooks.change(off.id, WebhookChange(active=False))
    for expected in (1, 0):
        told = await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
        assert told == expected
    assert await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {}, key="2") == 1
    before = NOON - timedelta(seconds=1)
    announce = office.webhooks.announce
    assert await announce(WebhookEvent.MEETING_ENDED, "m1", {}, key="3", at=before) == 0


async def test_a_transcript_is_delivered_to_a_webhook_by_its_name(office: Office) -> None:
    hook, _ = await office.hook(description="Archive")
    for _ in range(2):
        await office.webhooks.tell("archive", "m1")
    with pytest.raises(UsageError, match="no webhook 'other'"):
        await office.webhooks.tell("other", "m1")
    found, _ = await office.webhooks.deliveries(hook.id, None, 10, "")
    assert [each.event for each in found] == [WebhookEvent.TRANSCRIPT_READY]


async def test_a_failure_is_tried_again_later_and_later(office: Office) -> None:
    moved = web.Response(status=302, headers={"Location": "/elsewhere"})
    office.receiver.answers = [500, "hang", moved, 429, 204]
    hook, _ = await office.hook()
    async with office.courier() as courier:
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
        seen = []
        for tries, pause in enumerate((60, 300, 1800, 7200), start=1):
            failed = await office.only(hook, lambda d, n=tries: d.tries == n)
            seen.append((failed.status, failed.error))
            assert failed.state is DeliveryState.WAITING
            wait_s = (failed.next_at - office.clock.at).total_seconds()
            assert pause * 0.8 <= wait_s <= pause * 1.2
            assert (await office.webhooks.webhook(hook.id)).failing_since == NOON
            office.clock.at = failed.next_at
            courier.wake()
        done = await office.only(hook, lambda d: d.state is DeliveryState.DELIVERED)
    assert [status for status, _ in seen] == [500, 0, 302, 429]
    assert "1.5 s" in seen[1][1]
    assert "redirects are not followed" in seen[2][1]
    assert (done.tries, done.error) == (5, "")
    assert len({body for _, body in office.receiver.got}) == 1
    assert (await office.webhooks.webhook(hook.id)).failing_since is None


async def test_a_receiver_may_say_when_to_come_again(office: Office) -> None:
    busy = web.Response(status=503, headers={"Retry-After": "3600"})
    office.receiver.answers = [busy]
    hook, _ = await office.hook()
    async with office.courier():
        await office.webhooks.ping(hook.id)
        failed = await office.only(hook, lambda d: d.tries == 1)
    assert failed.next_at == NOON + timedelta(hours=1)


async def test_what_waits_survives_a_restart(office: Office) -> None:
    hook, _ = await office.hook()
    await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
    office.receiver.answers = [500]
    async with office.courier():
        failed = await office.only(hook, lambda d: d.tries == 1)
    office.clock.at = failed.next_at
    async with office.courier():
        await office.only(hook, lambda d: d.state is DeliveryState.DELIVERED)
    assert len(office.receiver.got) == 2


async def test_after_the_last_try_it_is_given_up_and_may_be_replayed(office: Office) -> None:
    office.receiver.answers = [500] * 8
    hook, _ = await office.hook()
    async with office.courier() as courier:
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
        for tries in range(1, 8):
            failed = await office.only(hook, lambda d, n=tries: d.tries == n)
            office.clock.at = failed.next_at
            courier.wake()
        lost = await office.only(hook, lambda d: d.state is DeliveryState.FAILED)
        assert (lost.tries, lost.next_at) == (8, None)
        assert (await office.webhooks.webhook(hook.id)).active
        await office.webhooks.replay(hook.id, lost.id)
        await office.only(hook, lambda d: d.state is DeliveryState.DELIVERED)
    assert len({json.loads(body)["id"] for _, body in office.receiver.got}) == 1


async def test_gone_switches_off(office: Office) -> None:
    office.receiver.answers = [410]
    hook, _ = await office.hook()
    async with office.courier():
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {}, key="2")
        notice = await asyncio.wait_for(office.notices.get(), 10)
    off = await office.webhooks.webhook(hook.id)
    assert not off.active
    assert "410" in off.notice
    assert notice.startswith("The webhook mine was switched off.")
    found, _ = await office.webhooks.deliveries(hook.id, None, 10, "")
    assert [each.state for each in found] == [DeliveryState.FAILED] * 2
    assert len(office.receiver.got) == 1
    on = await office.webhooks.change(hook.id, WebhookChange(active=True))
    assert (on.active, on.notice, on.failing_since) == (True, "", None)


async def test_one_that_cannot_be_noted_keeps_nobody_from_theirs(office: Office) -> None:
    office.notices = asyncio.Queue(1)
    office.notices.put_nowait("full: the next one raises")
    office.receiver.answers = [410]
    gone, _ = await office.hook()
    async with office.courier():
        await office.webhooks.ping(gone.id)
        await office.only(gone, lambda d: d.state is DeliveryState.FAILED)
        other, _ = await office.hook()
        await office.webhooks.ping(other.id)
        await office.only(other, lambda d: d.state is DeliveryState.DELIVERED)


async def test_days_of_failure_switch_off(office: Office) -> None:
    office.receiver.answers = [500, 500]
    hook, _ = await office.hook()
    async with office.courier() as courier:
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
        await office.only(hook, lambda d: d.tries == 1)
        office.clock.pass_(days=3)
        courier.wake()
        await office.only(hook, lambda d: d.state is DeliveryState.FAILED and d.tries == 2)
        notice = await asyncio.wait_for(office.notices.get(), 10)
    assert "since 04 March 2026" in notice
    assert "since 04 March 2026" in (await office.webhooks.webhook(hook.id)).notice


async def test_one_that_hangs_delays_nobody(office: Office) -> None:
    office.receiver.answers = ["hang"]
    slow, _ = await office.hook()
    async with office.courier():
        await office.webhooks.ping(slow.id)
        await office.receiver.messages(1)
        quick, _ = await office.hook()
        await office.webhooks.ping(quick.id)
        await office.webhooks.ping(slow.id)
        await office.only(quick, lambda d: d.state is DeliveryState.DELIVERED)
    assert office.receiver.most_at_once == 2


async def test_addresses_of_the_own_network_are_not_called(office: Office) -> None:
    for wrong in ("http://10.0.0.1/", "http://169.254.169.254/", "https://u:p@example.org/", "x"):
        with pytest.raises(UsageError):
            await office.hook(url=wrong)

    async def private(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    office.policy = AddressPolicy(lookup=private)
    hook, _ = await office.hook(url="http://hooks.example:1/")
    async with office.courier():
        await office.webhooks.ping(hook.id)
        failed = await office.only(hook, lambda d: d.tries == 1)
    assert "network" in failed.error


async def test_messages_come_in_pages_newest_first(office: Office) -> None:
    hook, _ = await office.hook()
    for number in range(5):
        office.clock.pass_(seconds=number // 2)
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {}, key=str(number))
    whole, _ = await office.webhooks.deliveries(hook.id, None, 10, "")
    found, cursor = [], ""
    while True:
        page, cursor = await office.webhooks.deliveries(hook.id, DeliveryState.WAITING, 2, cursor)
        found += page
        if not cursor:
            break
    assert found == list(whole)
    assert len(found) == 5
    assert [each.created_at for each in found] == sorted(
        (each.created_at for each in found), reverse=True
    )
    await office.webhooks.remove(hook.id)
    with pytest.raises(UsageError):
        await office.webhooks.deliveries(hook.id, None, 2, "")


async def test_messages_go_with_their_meeting(office: Office) -> None:
    hook, _ = await office.hook()
    await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {"text": "what was said"})
    await office.webhooks.ping(hook.id)

    def forget(session: Session) -> None:
        session.delete(session.get(MeetingRow, "m1"))

    await office.database.write(forget)
    left, _ = await office.webhooks.deliveries(hook.id, None, 10, "")
    assert [each.event for each in left] == [WebhookEvent.PING]


async def test_old_messages_are_forgotten_and_secrets_are_sealed(office: Office) -> None:
    hook, secret = await office.hook()
    async with office.courier():
        await office.webhooks.announce(WebhookEvent.MEETING_ENDED, "m1", {})
        await office.only(hook, lambda d: d.state is DeliveryState.DELIVERED)
    row = await office.database.read(lambda session: session.get(WebhookRow, hook.id))
    assert row is not None
    sealed = row.secret
    assert secret not in sealed
    assert office.vault.open(sealed) == secret
    assert await office.stores.messages.forget(NOON + timedelta(days=1)) == 1
