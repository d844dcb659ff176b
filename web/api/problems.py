"""What an operation refuses, and its schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from web.problems import problem


class Flaw(BaseModel):
    """One thing that is wrong with what was sent."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(description="body, query or header.")
    pointer: str = Field(description="JSON Pointer to it, such as /languages/0.")
    detail: str


class Problem(BaseModel):
    """What went wrong, and what to do about it."""

    type: str = Field(description="about:blank: the status tells the kind.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field("", description="What to do.")
    errors: tuple[Flaw, ...] = Field((), description="What exactly is wrong with the request.")


@dataclass(slots=True)
class Refuse(Exception):
    """Ends an operation with a problem."""

    status: int
    title: str
    detail: str = ""
    errors: Sequence[Flaw] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> web.Response:
        """The problem as an answer."""
        more = {"errors": [flaw.model_dump() for flaw in self.errors]} if self.errors else {}
        return problem(self.status, self.title, self.detail, headers=self.headers, **more)


def not_found(title: str, detail: str = "") -> Refuse:
    """There is no such thing."""
    return Refuse(HTTPStatus.NOT_FOUND, title, detail)
