"""Fetching addresses that people gave: never this machine or its network, unless allowed.

    policy = AddressPolicy(allow_hosts=("calendar.example.org", "10.1.2.0/24"))
    async with policy.session() as http:
        fetched = await fetch(http, "GET", address)

A session of the policy is safe with any call: every request, redirects included, is checked,
and names are resolved once, by the policy, for the very connection that is made.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import (
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from domain.errors import DragomanError, EngineUnavailable, UsageError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressPolicy:
    """Which addresses may be fetched.

    `allow_hosts`: names ("host", "*.example.org"), addresses or networks that may be reached
    even where they are private. `allow_private`: everything may. `only_listed`: nothing else
    than `allow_hosts` may be reached at all.
    """

    def __init__(
        self,
        allow_hosts: Sequence[str] = (),
        *,
        allow_private: bool = False,
        only_listed: bool = False,
        lookup: Lookup | None = None,
    ) -> None:
        self._names, self._networks = _sorted_out(allow_hosts)
        self._allow_private = allow_private
        self._only_listed = only_listed
        self._lookup = lookup or _system_lookup

    def check(self, address: str | URL) -> URL:
        """Whether the address as such may be asked for; names are resolved later, when the
        connection is made. Raises UsageError."""
        try:
            url = URL(address)
            host = url.host or ""
        except ValueError:
            url, host = URL(), ""
        if url.scheme not in ("http", "https") or not host:
            raise UsageError("This is no web address.", "It begins with https:// or http://.")
        literal = _address(host)
        if literal is not None:
            self._check_address(host, literal)
        elif self._only_listed and not self._listed(host) and not self._networks:
            raise _unlisted(host)
        return url

    def session(self, timeout_s: float = 30.0, **given: Any) -> ClientSession:
        """A client that cannot reach what the policy forbids; no cookies, no proxy of the
        environment. Its errors: UsageError for what is forbidden, aiohttp's for the rest."""
        # Without a cache each connection is checked by itself.
        connector = TCPConnector(resolver=_Resolver(self), use_dns_cache=False, limit_per_host=8)
        return ClientSession(
            connector=connector,
            middlewares=(self._each_request,),
            timeout=ClientTimeout(total=timeout_s),
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            **given,
        )

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where a host may be reached. Raises UsageError where one of its addresses is
        forbidden: such a name is a trap."""
        found = await self._lookup(host, port)
        listed = self._listed(host)
        for each in found:
            address = _address(each)
            if address is None:
                raise UsageError(f"{host} has no usable address.", "Check its name.")
            if not listed:
                self._check_address(host, address)
        return found

    async def _each_request(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        self.check(request.url)
        return await handler(request)

    def _check_address(self, host: str, address: Address) -> None:
        if self._listed(host) or any(_within(address, network) for network in self._networks):
            return
        if self._only_listed:
            raise _unlisted(host)
        if not self._allow_private and not _public(address):
            raise UsageError(
                f"{host[:80]} is on this machine's own network.",
                "An owner can allow it in the settings: access.fetch_hosts.",
            )

    def _listed(self, host: str) -> bool:
        host = host.lower().rstrip(".")
        return any(
            host.endswith(name[1:]) if name.startswith("*.") else host == name
            for name in self._names
        )


class _Resolver(AbstractResolver):
    """Resolves for one connection; what it answers is what is connected to."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that may be connected to."""
        return [
            {
                "hostname": host,
                "host": each,
                "port": port,
                "family": socket.AF_INET6 if ":" in each else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for each in await self._policy.addresses(host, port)
        ]

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    """After redirects."""


async def fetch(
    http: ClientSession, method: str, address: str, *, max_bytes: int = 10_000_000, **given: Any
) -> Fetched:
    """Fetches at most so much; `given` goes to the client (headers, data, auth …).

    Raises UsageError for what is forbidden or too large, EngineUnavailable for what cannot be
    reached.
    """
    try:
        async with http.request(method, address, max_redirects=5, **given) as response:
            body = bytearray()
            async for piece in response.content.iter_chunked(65536):
                body += piece
                if len(body) > max_bytes:
                    raise UsageError(
                        f"What is at {response.url.host} is larger than {max_bytes} bytes.",
                        "Choose a smaller one.",
                    )
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Fetched(response.status, headers, bytes(body), str(response.url))
    except DragomanError:
        raise
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        host = URL(address).host or "the address"
        raise EngineUnavailable(
            f"{host[:80]} cannot be reached: {type(error).__name__}.", "Try again later."
        ) from error


async def _system_lookup(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _sorted_out(hosts: Sequence[str]) -> tuple[list[str], list[Any]]:
    names, networks = [], []
    for host in hosts:
        try:
            networks.append(ipaddress.ip_network(host.strip("[]"), strict=False))
        except ValueError:
            names.append(host.lower().rstrip("."))
    return names, networks


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return None


def _within(address: Address, network: Any) -> bool:
    return bool(address.version == network.version and address in network)


def _public(address: Address) -> bool:
    """Whether it lies on the open internet, also where it hides within an IPv6 address."""
    inner = _inner(address)
    if inner is not None:
        return _public(inner)
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def _unlisted(host: str) -> UsageError:
    return UsageError(
        f"{host[:80]} is not among the hosts that may be fetched.",
        "An owner can add it in the settings: access.fetch_hosts.",
    )
