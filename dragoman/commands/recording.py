"""`dragoman recording`: the kept sound of a meeting, checked or taken away."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from domain.errors import MissingError, UsageError
from dragoman import console
from dragoman.recording.check import Verdict, verify
from dragoman.recording.keeping import folder_of, reconcile
from dragoman.recording.manifest import Manifest, read_manifest
from dragoman.recording.mix import FORMATS, Mix, write_mix
from dragoman.settings import Settings
from dragoman.store import open_stores
from storage.export.times import stamp

DAMAGED = 1


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "recording", help="check or export the sound of a recorded meeting", description=__doc__
    )
    parser.add_argument("meeting", metavar="ID", help="meeting id, or its first characters")
    parser.add_argument("--verify", action="store_true", help="check every file by its SHA-256")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=f"write one file: {', '.join(FORMATS)}"
    )
    parser.add_argument("--track", metavar="NAME", help="this track alone (default: all mixed)")
    parser.add_argument(
        "--apart", type=Path, metavar="DIR", help="write a FLAC file for each track"
    )
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Tells what is kept; 1 where a file is gone or changed."""
    folder, manifest = asyncio.run(_find(args.meeting, settings, mend=args.verify))
    _tell(manifest)
    if args.track and args.track not in manifest.tracks:
        raise UsageError(
            f"There is no track {args.track!r}.", f"Known: {', '.join(manifest.tracks)}."
        )
    if args.out is not None:
        write_mix(Mix(folder, manifest, (args.track,) if args.track else ()), args.out)
        console.say(f"Wrote {args.out}")
    if args.apart is not None:
        for number, track in enumerate(manifest.tracks, 1):
            path = args.apart / f"track-{number}.flac"
            write_mix(Mix(folder, manifest, (track,)), path)
            console.say(f"Wrote {path} ({track})")
    return _checked(verify(folder, manifest, lambda _n: None)) if args.verify else 0


async def _find(given: str, settings: Settings, *, mend: bool) -> tuple[Path, Manifest]:
    """The recording; what the database does not know of it is noted when it is checked."""
    async with open_stores(settings) as stores:
        meeting = await stores.meetings.get(given)
        if meeting is None:
            raise UsageError(f"There is no meeting {given!r}.", "See: dragoman meetings")
        folder = folder_of(settings, meeting.id)
        manifest = await asyncio.to_thread(read_manifest, folder)
        if manifest is None:
            raise MissingError(
                "This meeting was not recorded, or its sound was deleted.",
                "Record the next one: dragoman join LINK --record",
            )
        if mend:
            await reconcile(stores, folder)
    return folder, manifest


def _tell(manifest: Manifest) -> None:
    rows = []
    for track in manifest.tracks:
        own = [piece for piece in manifest.pieces if piece.track == track]
        sound_s = sum(piece.end_s - piece.start_s for piece in own)
        size = sum(piece.bytes for piece in own)
        rows.append((track, str(len(own)), stamp(sound_s), f"{size / 1e6:.1f} MB"))
    console.table("", ("track", "pieces", "sound", "size"), rows)
    if not manifest.complete:
        console.say("The recording is not complete: it still grows, or its bot was killed.")
    for gap in manifest.gaps:
        reason = gap.reason.replace("_", " ")
        console.say(f"Gap: {stamp(gap.start_s)} to {stamp(gap.end_s)} of {gap.track}: {reason}")


def _checked(verdict: Verdict) -> int:
    for fault in verdict.faults:
        console.say(f"{fault.file}: {fault.what}", style="red")
    if verdict.whole:
        console.say("Every piece is there as it was written.")
        return 0
    return DAMAGED
