"""Where a request comes from: address, scheme and origin, also behind a reverse proxy."""

import ipaddress

from aiohttp import web
from yarl import URL

from web.auth.rules import AuthRules

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Site:
    """The server as browsers see it. Raises ValueError for a proxy that is no address."""

    def __init__(self, rules: AuthRules) -> None:
        public = URL(rules.public_url) if rules.public_url else None
        self._https = public is not None and public.scheme == "https"
        self._origin = str(public.origin()) if public is not None else ""
        self._proxies = [ipaddress.ip_network(proxy, strict=False) for proxy in rules.proxies]

    def secure(self, request: web.Request) -> bool:
        """Whether the browser speaks https with us."""
        if self._https or request.secure:
            return True
        forwarded = request.headers.get("X-Forwarded-Proto", "")
        return forwarded.lower() == "https" and self._is_proxy(request.remote or "")

    def address(self, request: web.Request) -> str:
        """Who is counted: the address, or an IPv6 home's network; a proxy's word is taken
        where the proxy is known."""
        address = request.remote or ""
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        while hops and self._is_proxy(address):
            hop = hops.pop().strip()
            if not _is_address(hop):
                break
            address = hop
        if ":" in address and _is_address(address):
            return str(ipaddress.ip_network(f"{address.split('%')[0]}/64", strict=False))
        return address

    def base(self, request: web.Request) -> str:
        """What links begin with."""
        scheme = "https" if self.secure(request) else "http"
        return self._origin or f"{scheme}://{request.host}"

    def own_origin(self, request: web.Request) -> bool:
        """Whether a page of ours asks. Browsers name their origin in every unsafe request and
        every socket."""
        origin = request.headers.get("Origin", "")
        if not origin:
            return False
        scheme = "https" if self.secure(request) else "http"
        own = {self._origin, f"{scheme}://{request.host}"}
        if not self._https:
            own.add(f"http://{request.host}")
        return origin in own

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies or not _is_address(address):
            return False
        found = ipaddress.ip_address(address)
        return any(found in network for network in self._proxies)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_socket(request: web.Request) -> bool:
    """Whether a WebSocket is asked for."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def unsafe(request: web.Request) -> bool:
    """Whether something may be changed."""
    return request.method not in SAFE
