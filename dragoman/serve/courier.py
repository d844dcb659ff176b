"""Sends the messages of webhooks: signed, a few at a time, again and again where that fails."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from aiohttp import ClientError, ClientResponse, ClientSession

from domain.errors import DragomanError, StorageError, UsageError
from domain.webhooks import DeliveryState
from dragoman.serve.fetch import AddressPolicy
from dragoman.serve.signature import signature
from dragoman.serve.webhooks import Sealer
from dragoman.worker import Worker
from storage.deliveries import Due, Outcome, WebhookStores

log = logging.getLogger(__name__)

_MINUTE, _HOUR = 60.0, 3600.0
PAUSES_S = (
    1 * _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""Between the tries of a message, each up to a fifth longer or shorter."""
LONGEST_S = 60.0
"""The queue is looked at so often at least."""


@dataclass(frozen=True, slots=True)
class CourierRules:
    """What the courier goes by."""

    at_once: int = 8
    """Webhooks that are called at the same time; each gets one message after the other."""
    answer_s: float = 10.0
    """A receiver has so long."""
    pauses_s: tuple[float, ...] = PAUSES_S
    failing: timedelta = timedelta(days=3)
    """A webhook that failed only for so long is switched off."""
    kept: timedelta = timedelta(days=30)
    """Messages are forgotten after so long."""


class Courier(Worker):
    """An async context manager: sends what is due while it is open.

    `notice` gets a sentence for people where a webhook is switched off.
    """

    def __init__(
        self,
        stores: WebhookStores,
        vault: Sealer,
        policy: AddressPolicy,
        *,
        rules: CourierRules | None = None,
        notice: Callable[[str], None] = lambda _text: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._hooks = stores.hooks
        self._messages = stores.messages
        self._vault = vault
        self._policy = policy
        self._rules = rules or CourierRules()
        self._notice = notice
        self._now = now
        self._busy: set[str] = set()
        self._wake = asyncio.Event()
        self._http: ClientSession
        self._forgot_at: datetime | None = None

    def _begin(self) -> None:
        self.own(self._run())

    def wake(self) -> None:
        """Something is to be sent now."""
        self._wake.set()

    async def _run(self) -> None:
        async with (
            self._policy.session(self._rules.answer_s) as self._http,
            asyncio.TaskGroup() as group,
        ):
            while True:
                self._wake.clear()
                try:
                    pause_s = await self._look(group)
                except StorageError as error:
                    log.warning("webhook messages could not be read: %s", error.message)
                    pause_s = LONGEST_S / 10
                except Exception:
                    log.exception("webhook messages could not be looked at")
                    pause_s = LONGEST_S
                try:
                    async with asyncio.timeout(pause_s):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def _look(self, group: asyncio.TaskGroup) -> float:
        """Sends what is due; seconds until more will be."""
        now = self._now()
        await self._forget(now)
        free = self._rules.at_once - len(self._busy)
        if free <= 0:
            return LONGEST_S
        for due in await self._messages.due(now, free, sorted(self._busy)):
            self._busy.add(due.delivery.webhook_id)
            group.create_task(self._deliver(due))
        next_at = await self._messages.next_at(sorted(self._busy))
        if next_at is None:
            return LONGEST_S
        return min(max((next_at - now).total_seconds(), 0.05), LONGEST_S)

    async def _forget(self, now: datetime) -> None:
        if self._forgot_at is None or now - self._forgot_at > timedelta(hours=1):
            self._forgot_at = now
            await self._messages.forget(now - self._rules.kept)

    async def _deliver(self, due: Due) -> None:
        try:
            status, error, wait_s = await self._send(due)
            await self._note(due, status, error, wait_s)
        except StorageError as failed:
            # It stays due, and is sent again: receivers know a message by its event's id.
            log.warning("a webhook message could not be noted: %s", failed.message)
            await asyncio.sleep(1)
        except Exception:
            # Nor must this keep the others from theirs.
            log.exception("a webhook message could not be noted")
            await asyncio.sleep(1)
        finally:
            self._busy.discard(due.delivery.webhook_id)
            self._wake.set()

    async def _send(self, due: Due) -> tuple[int, str, float]:
        """Status, what went wrong, and how long the receiver wants to be left alone."""
        try:
            body = due.body.encode("utf-8", "replace")
            headers = self._headers(due, body)
            async with self._http.post(
                due.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                # What it says is of no interest: nothing of it is read.
                answer.close()
                return answer.status, _complaint(answer.status), _wait_s(answer)
        except TimeoutError:
            return 0, f"No answer within {self._rules.answer_s:g} s.", 0.0
        except DragomanError as error:
            return 0, str(error), 0.0
        except (ClientError, OSError, ValueError) as error:
            return 0, f"It cannot be reached: {type(error).__name__}.", 0.0
        except Exception:
            # Whatever it is, it must not keep the others from their messages.
            log.exception("a webhook message could not be sent")
            return 0, "Dragoman failed to send it; its log tells more.", 0.0

    def _headers(self, due: Due, body: bytes) -> dict[str, str]:
        secret = self._vault.open(due.secret)
        return {
            "Content-Type": "application/json",
            "User-Agent": "Dragoman",
            "Dragoman-Event": due.delivery.event.value,
            "Dragoman-Event-Id": due.delivery.event_id,
            "Dragoman-Delivery": due.delivery.id,
            "Dragoman-Signature": signature(secret, body, int(self._now().timestamp())),
        }

    async def _note(self, due: Due, status: int, error: str, wait_s: float) -> None:
        now, delivery = self._now(), due.delivery
        if not error:
            outcome = Outcome(DeliveryState.DELIVERED, status, "", now)
            await self._messages.tried(delivery, outcome)
            return
        pauses = self._rules.pauses_s
        if delivery.tries >= len(pauses) or status == HTTPStatus.GONE:
            outcome = Outcome(DeliveryState.FAILED, status, error, now)
        else:
            pause_s = pauses[delivery.tries] * random.uniform(0.8, 1.2)
            pause_s = max(pause_s, min(wait_s, PAUSES_S[-1]))
            next_at = now + timedelta(seconds=pause_s)
            outcome = Outcome(DeliveryState.WAITING, status, error, now, next_at)
        since = await self._messages.tried(delivery, outcome)
        if status == HTTPStatus.GONE:
            await self._switch_off(due, "It answered 410: it wants no more messages.")
        elif now - since >= self._rules.failing:
            await self._switch_off(due, f"It took no message since {since:%d %B %Y}: {error}")

    async def _switch_off(self, due: Due, why: str) -> None:
        await self._hooks.switch_off(due.delivery.webhook_id, why)
        log.warning("a webhook was switched off: %s", due.delivery.webhook_id)
        with_whom = await self._named(due.delivery.webhook_id)
        self._notice(f"The webhook {with_whom} was switched off. {why}")

    async def _named(self, webhook_id: str) -> str:
        try:
            return (await self._hooks.webhook(webhook_id)).description or webhook_id[:8]
        except UsageError:
            return webhook_id[:8]


def _complaint(status: int) -> str:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"It answered {status}: redirects are not followed. Enter the final address."
    return f"It answered {status}."


def _wait_s(answer: ClientResponse) -> float:
    if answer.status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return 0.0
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdecimal() and len(told) < 8 else 0.0
