"""Runs a meeting for a person with a browser: python -m standin SCRIPT [--port N]."""

import argparse
import asyncio
import sys
from pathlib import Path

from domain.errors import DragomanError
from standin.script import Script, bundled_script, load_script
from standin.server import StandIn


def say(text: str) -> None:
    """Writes a line to the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="standin", description="A local site like Google Meet.")
    parser.add_argument("script", help="a TOML file, or the name of a bundled script")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--record", type=Path, help="MP4 file for the bot's camera")
    options = parser.parse_args()
    try:
        asyncio.run(_serve(_script(options.script), options.port, options.record))
    except DragomanError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0


def _script(name: str) -> Script:
    path = Path(name)
    return load_script(path) if path.suffix == ".toml" else bundled_script(name)


async def _serve(script: Script, port: int, record_to: Path | None) -> None:
    say("Preparing the voices …")
    async with StandIn(script, port=port, record_to=record_to) as site:
        say(f"{script.title}: {site.link}")
        await site.ended()
        say("The meeting is over.")


if __name__ == "__main__":
    raise SystemExit(main())
