"""One operation of the API: all that the server and the OpenAPI document need to know."""

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from web.api.call import Call
from web.api.models import Nothing
from web.routes import Needs

Handle = Callable[[Call[Any, Any]], Coroutine[Any, Any, Any]]
"""Takes a Call[Query, Body]; its annotations are what the document is made from. Answers a
model, None, or a whole response."""

BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Operation:
    """A handler and how it is reached. Its docstring is its summary."""

    method: str
    path: str
    handle: Handle
    needs: Needs
    tag: str
    status: int = 200
    also: tuple[int, ...] = ()
    """Other statuses of success."""
    refusal: int = 422
    """Status where a desk says that what was asked for does not exist or cannot be done."""
    refusals: tuple[int, ...] = ()
    """Further problems that its handler tells."""
    media: tuple[str, ...] = ()
    """What a whole response may be; empty for JSON."""
    max_bytes: int = BODY_BYTES

    @property
    def name(self) -> str:
        """Unique; the operationId."""
        return str(getattr(self.handle, "__name__", ""))

    @property
    def about(self) -> tuple[str, str]:
        """Summary and description."""
        text = inspect.getdoc(self.handle) or ""
        first, _, rest = text.partition("\n\n")
        return " ".join(first.split()), " ".join(rest.split())

    @property
    def query(self) -> type[BaseModel]:
        """The model of the query."""
        return self._models()[0]

    @property
    def body(self) -> type[BaseModel]:
        """The model of the body."""
        return self._models()[1]

    @property
    def answer(self) -> type[BaseModel] | None:
        """The model of the answer; None for no content or a whole response."""
        found = get_type_hints(self.handle)["return"]
        return found if inspect.isclass(found) and issubclass(found, BaseModel) else None

    @property
    def takes_body(self) -> bool:
        """Whether there is anything to send."""
        return self.body is not Nothing

    @property
    def keyed(self) -> bool:
        """Whether an idempotency key is obeyed."""
        return self.method == "POST"

    def _models(self) -> tuple[type[BaseModel], type[BaseModel]]:
        query, body = get_args(get_type_hints(self.handle)["call"])
        return query, body
