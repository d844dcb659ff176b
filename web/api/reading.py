"""Turns queries and bodies into models, and says exactly what is wrong with them."""

from collections.abc import Sequence
from typing import TypeVar, get_origin

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from web.api.problems import Flaw, Refuse

M = TypeVar("M", bound=BaseModel)

MOST_FLAWS = 20


def read_query(model: type[M], query: MultiMapping[str]) -> M:
    """The query as a model; lists are repeated parameters. Raises Refuse."""
    given: dict[str, object] = {}
    for name in dict.fromkeys(query):
        values = query.getall(name)
        if _many(model, name):
            given[name] = values
        elif len(values) == 1:
            given[name] = values[0]
        else:
            flaw = Flaw(place="query", pointer=_pointer([name]), detail="Given more than once.")
            raise _invalid([flaw])
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _refused(error, "query") from error


async def read_body(model: type[M], request: web.Request) -> tuple[M, bytes]:
    """The JSON body as a model, and as it came. An empty body stands for an empty object.
    Raises Refuse."""
    raw = await request.read()
    if raw and request.content_type != "application/json":
        raise Refuse(415, "This is no JSON.", "Send Content-Type: application/json.")
    try:
        return model.model_validate_json(raw or b"{}"), raw
    except ValidationError as error:
        raise _refused(error, "body") from error


def _many(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and get_origin(field.annotation) in (tuple, list, frozenset)


def _refused(error: ValidationError, place: str) -> Refuse:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found and found[0]["type"] == "json_invalid":
        return Refuse(400, "The body is not valid JSON.", found[0]["msg"])
    return _invalid([_flaw(each, place) for each in found[:MOST_FLAWS]])


def _flaw(found: ErrorDetails, place: str) -> Flaw:
    return Flaw(place=place, pointer=_pointer(found["loc"]), detail=found["msg"])


def _pointer(steps: Sequence[object]) -> str:
    parts = [str(step)[:100].replace("~", "~0").replace("/", "~1") for step in steps]
    return "".join(f"/{part}" for part in parts)


def _invalid(flaws: Sequence[Flaw]) -> Refuse:
    return Refuse(422, "The request does not fit.", "See errors, and the document.", flaws)
