"""What Meet itself says of the browser: read from a reply that the page gets anyway."""

import base64
import binascii
import logging

from playwright.async_api import Error, Page, Response

from bot.protobuf import Message, WireError

log = logging.getLogger(__name__)

_REPLY = "MeetingDeviceService/CreateMeetingDevice"
_DETECTED = 36
_AUTOMATED = 2
_DEPTH = 3


def detected_as_bot(body: bytes) -> int | None:
    """Field 36 of the reply, wherever it stands in it; None where it says nothing."""
    try:
        raw = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        raw = body
    return _find(raw, _DEPTH)


def _find(raw: bytes, depth: int) -> int | None:
    try:
        message = Message(raw)
    except WireError:
        return None
    value = message.number(_DETECTED, -1)
    if value >= 0:
        return value
    parts = [field.value for field in message.fields if isinstance(field.value, bytes)]
    inner = (_find(part, depth - 1) for part in parts) if depth else ()
    return next((found for found in inner if found is not None), None)


class MeetsWord:
    """Listens beside the page, without touching what goes over the wire."""

    def __init__(self, page: Page) -> None:
        self.value: int | None = None
        self._replies: list[Response] = []
        page.on("response", self._heard)

    def _heard(self, response: Response) -> None:
        if _REPLY in response.url:
            self._replies.append(response)

    async def read(self) -> str | None:
        """What Meet says, in words, when it has just said something."""
        news = None
        while self._replies:
            try:
                value = detected_as_bot(await self._replies.pop(0).body())
            except Error:
                log.debug("a reply could not be read")
                continue
            if value is not None and value != self.value:
                self.value = value
                news = self.words
        return news

    @property
    def automated(self) -> bool:
        """Whether Meet takes this browser for automated."""
        return self.value is not None and self.value >= _AUTOMATED

    @property
    def words(self) -> str:
        """The word, for people; empty where Meet said nothing."""
        if self.value is None:
            return ""
        takes = "takes" if self.automated else "does not take"
        return f"Meet {takes} this browser for automated (its word: {self.value})."
