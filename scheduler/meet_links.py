"""Finds the Meet link in the fields of an event, and only links that truly lead to Meet."""

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

from domain.errors import UsageError
from domain.links import SITE, parse_link

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]+", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w./@:%=?&#-])meet\.google\.com/[^\s<>\"'\\^`{|}]+", re.IGNORECASE)
_ENDS = ".,;:!?)]}>*_"
LONGEST = 100_000
"""Characters of a field that are looked at."""

_WRAPPERS = (
    ("www.google.com", "/url", "q"),
    ("www.google.com", "/url", "url"),
    (".safelinks.protection.outlook.com", "", "url"),
)
"""Host, path and parameter of services that mail programs lead links through."""


def find_link(fields: Iterable[str], site: str = SITE) -> str:
    """The first Meet link in the fields, as people write it; empty without one.

    `site` is accepted too where it is another site that behaves as Meet.
    """
    for field in fields:
        for address in _addresses(field[:LONGEST]):
            found = _meeting(address, site, 2)
            if found:
                return found
    return ""


def _addresses(text: str) -> Iterator[str]:
    for version in dict.fromkeys((text, html.unescape(text))):
        for match in _ADDRESS.finditer(version):
            yield match[0].rstrip(_ENDS)
        for match in _BARE.finditer(version):
            yield f"https://{match[0].rstrip(_ENDS)}"


def _meeting(address: str, site: str, depth: int) -> str:
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        return ""
    host = (url.hostname or "").lower()
    if url.username is not None or url.password is not None:
        return ""
    own = urlsplit(site)
    is_meet = host == "meet.google.com" and port in (None, 80, 443)
    if is_meet or (url.scheme, url.netloc.lower()) == (own.scheme, own.netloc.lower()):
        return _parsed(f"{own.scheme}://{own.netloc}{url.path}", site)
    return _unwrapped(address, host, site, depth)


def _parsed(address: str, site: str) -> str:
    try:
        return parse_link(address, site).short
    except UsageError:
        return ""


def _unwrapped(address: str, host: str, site: str, depth: int) -> str:
    url = urlsplit(address)
    for wrapper, path, parameter in _WRAPPERS:
        fits = host.endswith(wrapper) if wrapper.startswith(".") else host == wrapper
        if depth and fits and url.path.startswith(path):
            for inner in parse_qs(url.query).get(parameter, ()):
                found = _meeting(inner, site, depth - 1)
                if found:
                    return found
    return ""
