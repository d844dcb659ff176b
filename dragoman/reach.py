"""Which server a command talks to, and how its refusals read."""

import argparse
import json
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from aiohttp import ClientError
from yarl import URL

from domain.errors import DragomanError, ServerError, UsageError
from dragoman import console
from dragoman.client import Dragoman, DragomanProblem
from dragoman.serve.door import find
from dragoman.settings import Settings

T = TypeVar("T")

ANSWER_S = 30.0
"""Longest wait for an answer."""
PAUSES_S = (0.3, 1.0)
"""Between tries of what may be tried again."""


@dataclass(frozen=True, slots=True)
class Way:
    """A server that orders go to."""

    address: str
    token: str = field(repr=False)
    own: bool = False
    """It runs on this data folder."""


def add_options(parser: argparse.ArgumentParser, here: str) -> None:
    """--server and --here; `here` says what the latter means for a command."""
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--server", metavar="URL", default="", help="talk to this server")
    either.add_argument("--here", action="store_true", help=here)


def way(args: argparse.Namespace, settings: Settings, *, tell: bool = True) -> Way | None:
    """The server of the arguments, of the settings, or the one that runs on the data folder;
    None where the command works alone. Raises UsageError without a token."""
    if args.here:
        return None
    given = args.server or ("" if args.data is not None else settings.client.server)
    found = _given(given, settings) if given else _own(settings)
    if found is not None and tell:
        whose = ", which runs on this data folder" if found.own else ""
        console.note(f"Asking the server at {found.address}{whose}.")
    return found


@asynccontextmanager
async def talking(to: Way) -> AsyncIterator[Dragoman]:
    """A client whose refusals are errors for people: UsageError for what cannot be done,
    ServerError for a server that is away or lets nobody in."""
    try:
        async with Dragoman(to.address, to.token, timeout_s=ANSWER_S, pauses_s=PAUSES_S) as client:
            yield client
    except DragomanProblem as problem:
        raise _refusal(problem, to) from problem
    except json.JSONDecodeError as error:
        raise ServerError(f"There is no Dragoman at {to.address}.", "Check the address.") from error
    except (ClientError, TimeoutError) as error:
        remedy = "It may hang; see its log." if to.own else "Is it up? Is the address right?"
        raise ServerError(
            f"The server at {to.address} does not answer.",
            f"{remedy} Without it: --here",
        ) from error


async def by_server_or_alone(
    to: Way | None,
    by_server: Callable[[Dragoman], Awaitable[T]],
    alone: Callable[[], Awaitable[T]],
) -> T:
    """Does something by a server, or without one; also without one where the server of this
    data folder does not answer: what it could reach, this process reaches too."""
    if to is None:
        return await alone()
    try:
        async with talking(to) as client:
            return await by_server(client)
    except ServerError as error:
        if not to.own:
            raise
        console.note(f"{error.message} Doing it without.")
    return await alone()


def _own(settings: Settings) -> Way | None:
    door = find(settings.data_dir)
    return Way(door.address, door.token, own=True) if door is not None else None


def _given(address: str, settings: Settings) -> Way:
    url = _url(address)
    token = ""
    if settings.client.server in ("", address) or _url(settings.client.server) == url:
        # A token in the settings is for their server: no other one is to see it.
        token = settings.client.token.get_secret_value()
    token = token or _kept(settings.client.tokens.expanduser()).get(url, "")
    if not token:
        raise UsageError(f"There is no token for the server {url}.", _how_to(url, settings))
    return Way(url, token)


def _url(address: str) -> str:
    try:
        url = URL(address)
        if url.scheme in ("http", "https") and url.host and not url.user:
            return str(url.with_query(None).with_fragment(None)).rstrip("/")
    except ValueError:
        pass
    raise UsageError(
        f"{address!r} is no address of a server.", "Such as: https://captions.example.org"
    )


def _kept(path: Path) -> Mapping[str, str]:
    try:
        shared = path.stat().st_mode & 0o077
        tokens = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The file of tokens {path} cannot be read: {error}.", 'One a line: "URL" = "dgm_…"'
        ) from error
    if shared:
        raise UsageError(f"Other users can read the tokens in {path}.", f"chmod 600 {path}")
    return {_url(name): token for name, token in tokens.items() if isinstance(token, str)}


def _how_to(url: str, settings: Settings) -> str:
    return (
        f"Make one at {url}/account and write it into {settings.client.tokens} "
        f'(chmod 600): "{url}" = "dgm_…"'
    )


def _refusal(problem: DragomanProblem, to: Way) -> DragomanError:
    told = problem.title.rstrip(".")
    if problem.status == 401:
        again = "Start the server again: it makes a new one for this folder."
        return ServerError(
            f"The server at {to.address} refuses the token.",
            again if to.own else f"Make a new one at {to.address}/account, and keep that.",
        )
    if problem.status == 404 and not problem.detail:
        return ServerError(f"There is no Dragoman at {to.address}: {told}.", "Check the address.")
    if problem.status < 500 and problem.status != 429:
        return UsageError(f"The server refuses: {told}.", problem.detail)
    return ServerError(f"The server at {to.address} cannot: {told}.", problem.detail)
