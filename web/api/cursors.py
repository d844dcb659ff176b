"""Cursors: where a list goes on, signed, and good for that very list only."""

import base64
import binascii
import hmac
import json

from pydantic import BaseModel

from web.api.problems import Flaw, Refuse
from web.auth.codes import derived

_SEAL = 16


class Cursors:
    """Signs and opens the cursors of one list: an address with its filters."""

    def __init__(self, key: bytes, path: str, query: BaseModel) -> None:
        filters = query.model_dump_json(exclude={"cursor", "limit"})
        self._key = derived(key, "api cursors")
        self._scope = json.dumps([path, filters]).encode()

    def sign(self, inner: str) -> str | None:
        """What the caller gets; None at the end of the list."""
        if not inner:
            return None
        body = inner.encode()
        return base64.urlsafe_b64encode(self._seal(body) + body).rstrip(b"=").decode()

    def open(self, cursor: str) -> str:
        """What was signed; empty for the beginning. Raises Refuse for any other's cursor."""
        if not cursor:
            return ""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
            seal, body = raw[:_SEAL], raw[_SEAL:]
            if body and hmac.compare_digest(seal, self._seal(body)):
                return body.decode()
        except (binascii.Error, ValueError):
            pass
        raise Refuse(
            422,
            "This cursor does not belong to this list.",
            "Send next_cursor of the page before, with the same filters.",
            (Flaw(place="query", pointer="/cursor", detail="Not a cursor of this list."),),
        )

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, self._scope + b"\n" + body, "sha256")[:_SEAL]
