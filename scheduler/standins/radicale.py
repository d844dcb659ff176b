"""A real Radicale server in a process of its own."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientError, ClientSession, encode_basic_auth

USER, PASSWORD = "ana@example.org", "open sesame"
_MAKE = """<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:set><d:prop><d:displayname>Team</d:displayname></d:prop></d:set></c:mkcalendar>"""


@dataclass(frozen=True, slots=True)
class Radicale:
    """A server with one user; calendars are put into it over HTTP."""

    address: str
    http: ClientSession

    async def make(self, name: str) -> str:
        """A new calendar's address."""
        address = f"{self.address}/{USER}/{name}/"
        async with self.http.request("MKCALENDAR", address, data=_MAKE) as answer:
            assert answer.status == 201, answer.status
        return address

    async def put(self, calendar: str, name: str, text: str) -> None:
        """Stores one resource."""
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        async with self.http.put(f"{calendar}{name}", data=text.encode(), headers=headers) as told:
            assert told.status in (200, 201, 204), await told.text()

    async def delete(self, calendar: str, name: str) -> None:
        """Deletes one resource."""
        async with self.http.delete(f"{calendar}{name}") as answer:
            assert answer.status in (200, 204), answer.status


@asynccontextmanager
async def radicale(folder: Path) -> AsyncIterator[Radicale]:
    """A server that keeps its files in a folder; ended at the end."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "radicale", "--config", "",
        "--server-hosts", f"127.0.0.1:{port}",
        "--storage-filesystem-folder", str(folder / "files"),
        "--auth-type", "htpasswd", "--auth-htpasswd-filename", str(users),
        "--auth-htpasswd-encryption", "plain", "--auth-delay", "0.1", "--web-type", "none",
        "--logging-level", "error",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        async with ClientSession(
            headers={"Authorization": encode_basic_auth(USER, PASSWORD)}
        ) as http:
            await _answers(http, address)
            yield Radicale(address, http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(http: ClientSession, address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                async with http.request("PROPFIND", f"{address}/", headers={"Depth": "0"}):
                    return
            except ClientError:
                await asyncio.sleep(0.05)
