"""The page's function in place of a socket: the right page is heard, nobody else."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from bot.endpoint import PageEndpoint
from bot.protocol import ProtocolError

ORIGIN = "https://meet.example"
SOURCE = {"frame": SimpleNamespace(url=f"{ORIGIN}/abc-defg-hij")}


class Listener:
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def opened(self, page: str) -> None:
        self.heard.append(("opened", page))

    def text(self, data: str) -> None:
        self.heard.append(data)

    def binary(self, data: bytes) -> None:
        self.heard.append(data)

    def closed(self) -> None:
        self.heard.append("closed")


@pytest.fixture
def endpoint() -> PageEndpoint:
    made = PageEndpoint()
    made.allow(ORIGIN)
    made.listener = Listener()
    return made


def heard(endpoint: PageEndpoint) -> list[Any]:
    assert isinstance(endpoint.listener, Listener)
    return endpoint.listener.heard


async def call(endpoint: PageEndpoint, page: str = "one", **request: Any) -> list[str]:
    return await endpoint.called(SOURCE, {"token": endpoint.token, "page": page, **request})


async def test_messages_go_both_ways_in_order(endpoint: PageEndpoint) -> None:
    await call(endpoint, hello=True)
    assert endpoint.connected
    await endpoint.send({"type": "ready"})
    await endpoint.send_bytes(b"\x03picture")
    raw = base64.b64encode(b"\x01sound").decode()
    answers = await call(endpoint, batch=['t{"type":"hello"}', f"b{raw}"])
    assert heard(endpoint) == [("opened", "one"), '{"type":"hello"}', b"\x01sound"]
    assert json.loads(answers[0][1:]) == {"type": "ready"}
    assert base64.b64decode(answers[1][1:]) == b"\x03picture"
    assert await call(endpoint, batch=[]) == []


@pytest.mark.parametrize(
    ("source", "token"),
    [
        ({"frame": SimpleNamespace(url="https://evil.example/")}, None),
        ({"frame": SimpleNamespace(url=f"{ORIGIN}.evil.example/")}, None),
        (SOURCE, "wrong"),
    ],
)
async def test_a_stranger_is_refused(
    endpoint: PageEndpoint, source: dict[str, Any], token: str | None
) -> None:
    request = {"token": token or endpoint.token, "page": "one", "hello": True}
    with pytest.raises(ProtocolError, match="stranger"):
        await endpoint.called(source, request)
    assert endpoint.refused == 1
    assert heard(endpoint) == []


@pytest.mark.parametrize("item", ["", "x", "b!", 7, None])
async def test_what_is_no_message_ends_the_line(endpoint: PageEndpoint, item: object) -> None:
    await call(endpoint, hello=True)
    with pytest.raises(ProtocolError):
        await call(endpoint, batch=[item])
    assert not endpoint.connected
    assert heard(endpoint)[-1] == "closed"
    with pytest.raises(ProtocolError, match="closed"):
        await call(endpoint, batch=[])


async def test_a_new_document_takes_the_old_ones_place(endpoint: PageEndpoint) -> None:
    await call(endpoint, hello=True)
    await call(endpoint, page="two", hello=True)
    with pytest.raises(ProtocolError, match="closed"):
        await call(endpoint, batch=[])
    assert await call(endpoint, page="two", batch=[]) == []
