"""Viewer links: signed, expiring, for one meeting."""

import base64
import binascii
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.account_ports import PassStore
from domain.accounts import ViewerPass
from web.auth.codes import derived

_HEAD = struct.Struct(">BIH")
_HEX, _TEXT = 1, 2
_SEAL = 16
"""128 bits of the HMAC: a link fits into a small QR code."""
_LONGEST = 400
_SHORT = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz023456789"


class PassState(StrEnum):
    """What a link is good for."""

    GOOD = "good"
    FORGED = "forged"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PassVerdict:
    """A link that was read; `found` is None for a forged one."""

    state: PassState
    found: ViewerPass | None = None


class Passes:
    """Signs and reads viewer links with a key of their own."""

    def __init__(
        self,
        key: bytes,
        store: PassStore,
        *,
        revoked: Callable[[str], None] = lambda _meeting_id: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._key = derived(key, "viewer links")
        self._store = store
        self._revoked = revoked
        self._now = now

    def sign_pass(self, meeting_id: str, expires_at: datetime, number: int = 1) -> str:
        """The token of `/v/TOKEN`. Raises ValueError for a meeting id that is too long."""
        kind, name = _packed(meeting_id)
        body = _HEAD.pack(kind, int(expires_at.timestamp()), number % 65536) + name
        sealed = base64.urlsafe_b64encode(self._seal(body) + body).rstrip(b"=").decode()
        if len(sealed) > _LONGEST:
            raise ValueError("a meeting id this long does not fit into a link")
        return sealed

    async def sign(self, meeting_id: str, expires_at: datetime) -> str:
        """A token that is good until then, or until the meeting's links are revoked."""
        return self.sign_pass(meeting_id, expires_at, await self._store.number(meeting_id))

    async def revoke(self, meeting_id: str) -> None:
        """Ends every link to the meeting that was given out, and what was opened by them."""
        await self._store.revoke(meeting_id)
        self._revoked(meeting_id)

    async def withdrawn(self, meeting_id: str) -> bool:
        """Whether the meeting's links were revoked once: no new one is to appear by itself."""
        return await self._store.number(meeting_id) > 1

    def short(self, meeting_id: str) -> str:
        """A code of 50 bits for a meeting, ten letters and digits that are not mistaken."""
        number = int.from_bytes(hmac.digest(self._key, b"short " + meeting_id.encode(), "sha256"))
        return "".join(_LETTERS[number >> 5 * place & 31] for place in range(_SHORT))

    def open_pass(self, token: str) -> ViewerPass | None:
        """What a token says, if we signed it."""
        if len(token) > _LONGEST:
            return None
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        seal, body = raw[:_SEAL], raw[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(body)) or len(body) <= _HEAD.size:
            return None
        kind, expires, number = _HEAD.unpack_from(body)
        name = body[_HEAD.size :]
        meeting_id = name.hex() if kind == _HEX else name.decode()
        return ViewerPass(meeting_id, datetime.fromtimestamp(expires, UTC), number)

    async def read(self, token: str) -> PassVerdict:
        """What a token is good for now."""
        found = self.open_pass(token)
        if found is None:
            return PassVerdict(PassState.FORGED)
        if found.expires_at <= self._now():
            return PassVerdict(PassState.EXPIRED, found)
        if found.number != await self._store.number(found.meeting_id) % 65536:
            return PassVerdict(PassState.REVOKED, found)
        return PassVerdict(PassState.GOOD, found)

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_SEAL]


def _packed(meeting_id: str) -> tuple[int, bytes]:
    try:
        name = bytes.fromhex(meeting_id)
    except ValueError:
        name = b""
    if name and name.hex() == meeting_id:
        return _HEX, name
    return _TEXT, meeting_id.encode()
