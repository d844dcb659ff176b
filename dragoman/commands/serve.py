"""`dragoman serve`: the server with dashboard, calendars, viewers and API."""

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from dragoman import console
from dragoman.serve import door
from dragoman.settings import Settings, service_manager
from dragoman.signals import StopSignals
from dragoman.store import open_stores, private_folder

if TYPE_CHECKING:
    from dragoman.serve.parts import Parts


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve", help="run the server: dashboard, calendars, viewers, API", description=__doc__
    )
    parser.add_argument("--host", help="address to listen at (default: this machine only)")
    parser.add_argument("--port", type=int, help="default: 8470; 0 takes a free one")
    parser.add_argument("--public-url", metavar="URL", help="address under which people reach it")
    parser.add_argument("--base-url", metavar="URL", help="another site than Meet")
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    return {
        "server": {
            "host": args.host,
            "port": args.port,
            "public_url": args.public_url,
            "base_url": args.base_url,
        }
    }


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serves until Ctrl-C or SIGTERM; bots run on, unless they are to leave with it."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    from dragoman.serve.notify import notified
    from dragoman.serve.parts import open_parts
    from dragoman.serve.server import serve

    stop = asyncio.Event()
    await asyncio.to_thread(private_folder, settings.data_dir)
    with StopSignals() as signals, door.held(settings.data_dir) as held:
        async with open_stores(settings) as stores, open_parts(settings, stores) as parts:
            async with serve(settings, stores, parts, held) as serving:
                console.say(f"Dragoman serves at {serving.address}")
                if serving.first_owner:
                    console.say(f"First, make the owner's account: {serving.first_owner}")
                signals.leave = lambda _reason: stop.set()
                async with notified(*service_manager(), lambda: _status(parts)):
                    await stop.wait()
        if settings.server.ends_bots:
            # Nothing starts bots any more.
            await asyncio.gather(*(bot.stop() for bot in parts.watch.bots()))
        running = [bot.meeting_id[:8] for bot in parts.watch.bots()]
    if running:
        console.say(f"These bots run on: {', '.join(running)}. Send one away: dragoman leave ID")
    return 0


def _status(parts: "Parts") -> str:
    """One line for the service manager."""
    return f"{len(parts.watch.bots())} bots, {len(parts.links.running())} of them answer"
