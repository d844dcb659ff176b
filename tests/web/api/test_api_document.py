"""The OpenAPI document: current, valid, complete, and kept to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from web.api.openapi import document, document_text
from web.api.table import BASE, OPERATIONS
from web.routes import Needs

ROOT = Path(__file__).parents[3]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def test_the_document_in_the_docs_is_current() -> None:
    there = (ROOT / "docs/openapi.json").read_text(encoding="utf-8")
    assert there == document_text(), "python -m web.api.openapi docs/openapi.json"


def test_every_reference_leads_somewhere() -> None:
    told = document()
    for reference in set(_references(told)):
        found: Any = told
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    used = {each.rpartition("/")[2] for each in _references(told)}
    assert set(told["components"]["schemas"]) <= used


def test_every_schema_is_one() -> None:
    told = document()
    for schema in told["components"]["schemas"].values():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        )


def test_every_operation_is_told_with_a_summary_and_its_problems() -> None:
    paths = document()["paths"]
    names = []
    for operation in OPERATIONS:
        told = paths[operation.path][operation.method.lower()]
        names.append(told["operationId"])
        assert told["summary"].endswith(".")
        assert {"401", "403", "422", "429", "503"} <= set(told["responses"])
        assert operation.path.startswith(f"{BASE}/")
        assert operation.needs is not Needs.NOTHING
    assert len(set(names)) == len(OPERATIONS)


def test_the_page_on_the_api_names_every_operation() -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    missing = [
        f"{operation.method} {operation.path.removeprefix(BASE)}"
        for operation in OPERATIONS
        if f"`{operation.method} {operation.path.removeprefix(BASE)}`" not in page
    ]
    assert missing == []


async def test_the_document_is_served(api: Any) -> None:
    async with api.ask("GET", "/openapi.json") as answer:
        assert json.loads(await answer.text()) == document()
        tag = answer.headers["ETag"]
    async with api.ask("GET", "/openapi.json", headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
    api.role = "nobody"
    await api.get("/openapi.json", 401)


@pytest.mark.parametrize("path", sorted(document()["paths"]))
async def test_answers_fit_the_document(api: Any, path: str) -> None:
    told = document()["paths"][path].get("get")
    if told is None or "{" in path.replace("{meeting_id}", "") or path.endswith("/events"):
        return
    needed = {p["name"]: "es" for p in told["parameters"] if p.get("required")}
    needed = {k: v for k, v in needed.items() if k != "meeting_id"}
    needed |= {k: "60" for k in ("until_s",) if k in needed}
    needed |= {k: "md" for k in ("format",) if k in needed}
    asked = path.removeprefix(BASE).replace("{meeting_id}", api.office.meetings[-1].meeting.id)
    async with api.ask("GET", asked, params=needed) as answer:
        assert str(answer.status) in told["responses"], await answer.text()
        kept = told["responses"][str(answer.status)]
        if answer.content_type == "application/json" and "content" in kept:
            schema = kept["content"]["application/json"]["schema"]
            whole = {**schema, "components": document()["components"]}
            jsonschema_rs.validate(whole, await answer.json())
