"""The OpenAPI 3.1 document, made from the table of operations and the models.

`python -m web.api.openapi FILE` writes it.
"""

import json
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from domain.webhooks import WebhookEvent
from web.api.idempotency import PATTERN, REPLAYED
from web.api.models import Nothing
from web.api.operation import Operation
from web.api.problems import Problem
from web.api.table import OPERATIONS
from web.api.webhook_models import WebhookMessage
from web.problems import MEDIA

Json = dict[str, Any]

VERSION = "1.0.0"
REF = "#/components/schemas/{model}"
_ABOUT = (
    "Sends the bot to meetings, follows them, reads, corrects and searches what was said. "
    "Unknown fields and parameters are refused; errors are problems as RFC 9457 tells them. "
    "All texts are as they were said or typed: escape them where you show them. Times with the "
    "suffix _s are seconds since the bot was admitted."
)
_PROBLEMS = {
    400: "The request cannot be read.",
    401: "Nobody is signed in, or the token is not good.",
    403: "The role does not suffice, or a browser sent no CSRF token.",
    404: "There is no such thing.",
    409: "It cannot be done as things stand, or the first request with this key is not done yet.",
    412: "It was changed meanwhile.",
    416: "There is no such part.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "The request does not fit; errors tell where.",
    429: "Too many requests; Retry-After tells when to go on.",
    503: "Something that is needed does not answer at present.",
}


def document() -> Json:
    """The whole document."""
    schemas = _schemas(OPERATIONS)
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _told(operation, schemas)
    for name in {op.query.__name__ for op in OPERATIONS} | {Nothing.__name__}:
        schemas.pop(name, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dragoman", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(op.tag for op in OPERATIONS)],
        "paths": paths,
        "webhooks": {"event": {"post": _webhook()}},
        "components": {
            "schemas": schemas,
            "responses": {f"Problem{status}": _problem(status) for status in _PROBLEMS},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token: dgm_…, made under My account.",
                }
            },
        },
    }


@lru_cache(maxsize=1)
def document_text() -> str:
    """The document as it is served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


class _Schemas(GenerateJsonSchema):
    """Titles that only repeat a field's name are left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def _schemas(operations: Iterable[Operation]) -> Json:
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (Problem, "serialization"): None,
        (WebhookMessage, "serialization"): None,
    }
    for operation in operations:
        models[(operation.query, "validation")] = None
        models[(operation.body, "validation")] = None
        if operation.answer is not None:
            models[(operation.answer, "serialization")] = None
    _, made = models_json_schema(list(models), ref_template=REF, schema_generator=_Schemas)
    schemas: Json = made["$defs"]
    for name in ("Problem", "Flaw"):
        # `errors` and what may be empty are left out where there is nothing to tell.
        schemas[name].pop("additionalProperties", None)
    schemas["Problem"]["required"] = ["type", "title", "status"]
    return dict(sorted(schemas.items()))


def _told(operation: Operation, schemas: Json) -> Json:
    summary, description = operation.about
    told: Json = {
        "operationId": operation.name,
        "summary": summary,
        "description": f"{description} Needs the role {operation.needs.value}.".strip(),
        "tags": [operation.tag],
        "parameters": [*_path(operation), *_query(operation, schemas), *_headers(operation)],
    }
    if operation.takes_body:
        schema = _name(operation.body, schemas, "Input")
        told["requestBody"] = {
            "required": bool(schemas[schema].get("required")),
            "content": {"application/json": {"schema": _ref(schema)}},
        }
    told["responses"] = _answers(operation, schemas)
    return told


def _path(operation: Operation) -> list[Json]:
    schema = {"type": "string", "minLength": 1}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]


def _query(operation: Operation, schemas: Json) -> list[Json]:
    model = schemas[operation.query.__name__]
    required = model.get("required", ())
    told = []
    for name, schema in model.get("properties", {}).items():
        shown = {key: value for key, value in schema.items() if key != "description"}
        parameter = {"name": name, "in": "query", "schema": _never_null(shown)}
        if name in required:
            parameter["required"] = True
        if "description" in schema:
            parameter["description"] = schema["description"]
        told.append(parameter)
    return told


def _never_null(schema: Json) -> Json:
    """A parameter that is left out, for one that may be null: queries know no null."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {k: v for k, v in schema.items() if k != "anyOf" and (k, v) != ("default", None)}
    if not kinds:
        return rest
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _headers(operation: Operation) -> list[Json]:
    if not operation.keyed:
        return []
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same request sent again within a day gets the same answer.",
            "schema": {"type": "string", "pattern": PATTERN, "maxLength": 200},
        }
    ]


def _answers(operation: Operation, schemas: Json) -> Json:
    answers: Json = {
        str(status): _success(operation, status, schemas)
        for status in (operation.status, *operation.also)
    }
    if operation.method == "GET" and not operation.media:
        answers["304"] = {"description": "What If-None-Match names is what there is."}
    for status in _refusals(operation):
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return dict(sorted(answers.items()))


def _refusals(operation: Operation) -> list[int]:
    found = {400, 401, 403, 422, 429, 503, operation.refusal, *operation.refusals}
    if operation.method != "GET":
        found |= {413, 415}
    if operation.keyed:
        found.add(409)
    if "{" in operation.path:
        found.add(404)
    return sorted(found)


def _success(operation: Operation, status: int, schemas: Json) -> Json:
    told: Json = {"description": HTTPStatus(status).phrase}
    if operation.answer is not None:
        name = _name(operation.answer, schemas, "Output")
        told["content"] = {"application/json": {"schema": _ref(name)}}
        if operation.method == "GET":
            told["headers"] = {"ETag": {"schema": {"type": "string"}}}
    elif operation.media:
        told["content"] = {media: {} for media in operation.media}
    if operation.keyed:
        told["headers"] = {
            REPLAYED: {
                "description": "true where this answer was given before.",
                "schema": {"type": "string"},
            }
        }
    return told


def _problem(status: int) -> Json:
    told: Json = {
        "description": _PROBLEMS[status],
        "content": {MEDIA: {"schema": _ref("Problem")}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        told["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return told


def _webhook() -> Json:
    events = ", ".join(event.value for event in WebhookEvent)
    return {
        "operationId": "receive_event",
        "summary": "What a webhook receives.",
        "description": f"Events: {events}. Any status of 200 to 299 takes the message; 410 "
        "switches the webhook off; for others it is sent again later.",
        "parameters": [
            {
                "name": "Dragoman-Signature",
                "in": "header",
                "required": True,
                "description": "t=SECONDS,v1=HEX",
                "schema": {"type": "string"},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("WebhookMessage")}},
        },
        "responses": {"2XX": {"description": "Taken."}, "410": {"description": "Never again."}},
    }


def _name(model: type[BaseModel], schemas: Json, mode: str) -> str:
    """The schema of a model; one that is taken and told alike may have two."""
    return next(name for name in (f"{model.__name__}-{mode}", model.__name__) if name in schemas)


def _ref(name: str) -> Json:
    return {"$ref": REF.format(model=name)}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document_text(), encoding="utf-8")
