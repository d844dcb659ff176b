"""One call of an operation: who asks for what, checked already."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiohttp import web

from domain.errors import UsageError
from domain.serving import MeetingEntry
from web.api.cursors import Cursors
from web.api.desks import Desks
from web.api.models import Listing, Nothing
from web.api.problems import not_found
from web.auth.who import Who

Q = TypeVar("Q")
B = TypeVar("B")


@dataclass(slots=True)
class Call(Generic[Q, B]):
    """Query and body are models, checked; `Nothing` where an operation takes none."""

    desks: Desks
    request: web.Request
    who: Who
    query: Q
    body: B
    status: int
    """Of the answer; the operation's usual one unless its handler sets another."""
    headers: dict[str, str] = field(default_factory=dict)
    """Of the answer."""

    def path(self, name: str) -> str:
        """A part of the address."""
        return self.request.match_info[name]

    async def meeting(self) -> MeetingEntry:
        """The meeting that the address names. Raises Refuse where there is none."""
        try:
            return await self.desks.meetings.entry(self.path("meeting_id"))
        except UsageError as error:
            raise not_found(error.message, error.remedy) from error

    async def meeting_id(self) -> str:
        """The whole id of the meeting that the address names."""
        return (await self.meeting()).meeting.id


Plain = Call[Nothing, Nothing]
"""A call of an operation that takes neither query nor body."""


def cursors_of(call: Call[Any, Any]) -> Cursors:
    """The cursors of the list that is asked for: its address with its filters."""
    assert isinstance(call.query, Listing), "only lists have cursors"
    return Cursors(call.desks.key, call.request.path, call.query)
