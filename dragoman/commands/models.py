"""`dragoman models`: what the engines want on this machine; fetches it, and serves it."""

import argparse
import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from dragoman import console
from dragoman.commands.options import add_json
from dragoman.settings import Settings

INTERRUPTED = 130


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "models", help="list, fetch and serve the models of the engines", description=__doc__
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=("list", "fetch", "serve"),
        default="list",
        help="list (default); fetch NAME…; serve: start vLLM and wait until it is ready",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="models to fetch")
    add_json(parser)
    parser.add_argument("--model", metavar="NAME", help="model to serve (default: by the GPU)")
    parser.add_argument("--port", type=int, metavar="N", help="port to serve on (default: 8000)")
    parser.add_argument("--speech", action="store_true", help="the served model hears")
    parser.add_argument("--dry-run", action="store_true", help="show what would be started")
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    return {"models": {"serve": args.model, "port": args.port}}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Does what was asked; 130 after Ctrl-C while fetching, 0 after Ctrl-C while serving."""
    if args.names and args.action != "fetch":
        raise UsageError(f"{args.action} takes no names.", "See: dragoman models --help")
    if args.action == "fetch":
        return _fetch(args.names, settings)
    if args.action == "serve":
        return _serve(args, settings)
    return _list(settings, for_programs=args.json)


def _list(settings: Settings, *, for_programs: bool) -> int:
    from dragoman.models.machine import look
    from dragoman.models.overview import lines, overview

    machine = look()
    rows = overview(_hub(settings), machine, pairs(settings))
    if for_programs:
        value = {"machine": machine.told(), "models": [row.plain() for row in rows]}
        console.plain(value)
        return 0
    console.say(f"This machine: {machine.told()}")
    for line, style in lines(rows, machine):
        console.say(line, style=style)
    return 0


def pairs(settings: Settings) -> list[tuple[str, str]]:
    """Directions between what is spoken and what is wanted."""
    spoken = settings.hearing.languages or ("en",)
    return [(s, t) for s in spoken for t in settings.translation.targets if s != t]


def _hub(settings: Settings) -> Any:
    from dragoman.models.hub import Hub

    return Hub(settings.models.hub, token=settings.models.token.get_secret_value())


def _fetch(names: list[str], settings: Settings) -> int:
    from dragoman.models.catalogue import named
    from dragoman.models.fetching import fetch

    if not names:
        raise UsageError("Which model?", "List them: dragoman models; then: models fetch NAME")
    models = [named(name) for name in names]
    try:
        for model in models:
            fetch(_hub(settings), model)
    except KeyboardInterrupt:
        console.say("Stopped. The same command goes on where this one ended.")
        return INTERRUPTED
    return 0


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    from dragoman.models.serving import serve
    from dragoman.models.vllm import command, settings_lines

    serving = _serve_settings(args, settings)
    if args.dry_run:
        console.say(" ".join(command(serving)))
        for line in settings_lines(serving):
            console.say(line)
        return 0
    return asyncio.run(serve(serving))


def _serve_settings(args: argparse.Namespace, settings: Settings) -> Any:
    from dragoman.models.advice import served
    from dragoman.models.catalogue import named
    from dragoman.models.machine import look
    from dragoman.models.vllm import ServeSettings

    wish = settings.models
    name = wish.serve or served(look())
    if not name:
        raise UsageError(
            "This machine has no GPU that vLLM could use.",
            "Run it on one that has, or name a model all the same: --model NAME",
        )
    speech = args.speech
    if not Path(name).is_dir():
        model = named(name)
        speech = speech or model.engine == "openai-audio"
        name = model.repository
    return ServeSettings(
        program=_program(wish.vllm, dry=args.dry_run),
        model=name,
        port=wish.port,
        longest=wish.longest,
        memory=wish.memory,
        speech=speech,
        start_timeout_s=wish.start_timeout_s,
    )


def _program(given: Path | None, *, dry: bool) -> Path:
    if given is not None:
        if given.is_file() or dry:
            return given.absolute()
        raise UsageError(f"There is no program {given}.", "Check the setting models.vllm.")
    found = shutil.which("vllm") or shutil.which("vllm", path=str(Path(sys.executable).parent))
    if found is None and not dry:
        raise UsageError(
            "vLLM is not installed here.",
            "Install it into an environment of its own (pip install vllm) and name its program: "
            "models.vllm = \".../bin/vllm\"",
        )  # fmt: skip
    return Path(found or "vllm")
