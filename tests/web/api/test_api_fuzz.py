"""Requests that schemathesis makes up from the document: never a 5xx, always what is promised."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import requests
import schemathesis
import schemathesis.specs.openapi.checks as openapi
from aiohttp import web
from hypothesis import HealthCheck, Phase, settings

from web.api.openapi import document
from web.api.scripted import scripted_desks

CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]
"""Links, languages and windows of time are checked beyond what a schema can tell, so that
what fits the schema may be refused."""
HEADERS = {"Authorization": "Bearer owner"}

schema = schemathesis.openapi.from_dict(document()).exclude(operation_id="follow_events")


@pytest.fixture(scope="module")
def address(serve_api: Any) -> Iterator[str]:
    """The API on a thread of its own."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(serve_api(scripted_desks()), handle_signals=False)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def made(examples: int, *phases: Phase) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


def told(case: Any, address: str, checks: Sequence[Any] = CHECKS) -> None:
    """Sends the request, and checks what comes back."""
    given = case.as_transport_kwargs(base_url=address, headers=HEADERS)
    with requests.Session() as http:
        case.validate_response(http.request(**given), checks=list(checks))


@schema.parametrize()
@made(4, Phase.generate)
def test_no_request_breaks_the_api(case: Any, address: str) -> None:
    told(case, address, (*CHECKS, openapi.negative_data_rejection))


@pytest.mark.heavy
@schema.parametrize()
@made(100, Phase.explicit, Phase.generate)
def test_no_request_of_many_breaks_the_api(case: Any, address: str) -> None:
    told(case, address)
