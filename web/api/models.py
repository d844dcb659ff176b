"""What all models of the API share."""

import re
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)


def _no_number(value: object) -> object:
    if isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:", value, re.ASCII):
        raise ValueError("a time is written as RFC 3339 does: 2026-03-04T12:00:00Z")
    return value


When = Annotated[AwareDatetime, BeforeValidator(_no_number)]
"""A time with its zone, in a query. Bodies, which are strict, know no numbers as times."""

Language = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)
]
"""A BCP 47 tag, such as es or pt-BR."""

Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
"""A short text on one line."""

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""A text that may have several lines."""


class Given(BaseModel):
    """A request's body: unknown fields, and values of other types, are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Asked(BaseModel):
    """A request's query: unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Nothing(Given):
    """Neither query nor body."""


class Listing(Asked):
    """The query of a list that comes in pages."""

    limit: int = Field(20, ge=1, le=100, description="How many at most.")
    cursor: str = Field(
        "",
        max_length=2000,
        pattern=r"^[A-Za-z0-9_-]*$",
        description="next_cursor of the page before; none for the first.",
    )


class Told(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(frozen=True)


class Page(Told):
    """A page of a list."""

    next_cursor: str | None = Field(None, description="For the next page; null at the end.")
