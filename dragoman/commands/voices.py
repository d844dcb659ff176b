"""`dragoman voices`: people whose voices are recognised, with their consent."""

import argparse
import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.audio import SAMPLE_RATE
from domain.errors import DragomanError, UsageError
from domain.ports import VoiceprintStore
from domain.speakers import Voiceprint
from domain.text import clean
from dragoman import console
from dragoman.commands.options import add_json, behind, no_settings
from dragoman.settings import Settings
from dragoman.speakers import open_voice_model
from dragoman.store import open_stores
from dragoman.transcribe.decode import SoundFile
from pipeline.diarization.enrol import WANTED_S, VoiceModel

overrides = no_settings

_BETWEEN = bytes(SAMPLE_RATE * 2)
_SHORTEST_PREFIX = 4
_STRICT = 0.95
"""An engine that asks for more likeness gives hardly any names."""
_LONGEST_S = 600
"""More sound of one person is not read."""


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "voices", help="people whose voices are recognised", description=__doc__
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = actions.add_parser("add", help="enrol a person from recordings of them alone")
    new.add_argument("name", metavar="NAME")
    new.add_argument("files", nargs="+", type=Path, metavar="FILE", help="audio or video")
    new.add_argument("--consent", default="", metavar="TEXT", help="who agreed to it, and how")
    add_json(actions.add_parser("list", help="who is enrolled"))
    gone = actions.add_parser("delete", help="delete a person's voice for good")
    gone.add_argument("who", metavar="ID|NAME")
    test = actions.add_parser("test", help="whose voice is in a recording")
    test.add_argument("file", type=Path, metavar="FILE", help="audio or video of one person")
    for action in actions.choices.values():
        behind(action)
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Does what was asked."""
    asyncio.run(_run(args, settings))
    return 0


async def _run(args: argparse.Namespace, settings: Settings) -> None:
    if args.action == "add":
        checked_consent(args.name, args.consent)
    async with open_stores(settings) as stores:
        if args.action == "delete":
            await delete(stores.voiceprints, args.who)
            return
        if args.action == "list":
            await _list(stores.voiceprints, settings, as_json=args.json)
            return
        async with open_voice_model(settings.speakers) as model:
            if args.action == "add":
                pcm = await _sound(args.files, settings)
                await enrol(stores.voiceprints, model, args.name, args.consent, pcm)
            else:
                await whose(stores.voiceprints, model, await _sound([args.file], settings))


def checked_consent(name: str, consent: str) -> None:
    """Raises UsageError without a name or without consent."""
    if not clean(name).strip():
        raise UsageError("A person needs a name.", 'dragoman voices add "Ana Ruiz" FILE …')
    if not clean(consent).strip():
        raise UsageError(
            "Nobody's voice is kept without consent.",
            'Say who agreed, and how: --consent "Ana agreed by mail on 3 May"',
        )


async def enrol(
    store: VoiceprintStore, model: VoiceModel, name: str, consent: str, pcm: bytes
) -> Voiceprint:
    """Keeps a voice and tells how much speech was found. Raises UsageError."""
    checked_consent(name, consent)
    found = await model.embed(pcm)
    voiceprint = Voiceprint(
        id=uuid.uuid4().hex,
        name=clean(name).strip(),
        model=await model.model(),
        vector=found.vector,
        sound_s=round(found.speech_s, 2),
        consent=clean(consent, 1000).strip(),
        consent_at=datetime.now(UTC),
    )
    await store.save(voiceprint)
    console.say(
        f"{voiceprint.name} is enrolled as {voiceprint.id[:8]} from "
        f"{found.speech_s:.1f} s of speech ({voiceprint.model})."
    )
    if found.speech_s < WANTED_S:
        console.say(f"That is little: {WANTED_S:.0f} s of speech or more are recognised better.")
    if model.least_likeness > _STRICT:
        console.say(
            "This engine is rough and seldom sure enough for a name: set speakers.model_path to a "
            "speaker model, and enrol again."
        )
    return voiceprint


async def delete(store: VoiceprintStore, who: str) -> int:
    """Deletes by id, its first characters, or a name (all voices of it); how many there were.
    Raises UsageError where nobody or more than one person is meant."""
    everybody = await store.voiceprints()
    found = [v for v in everybody if v.id == who] or [v for v in everybody if v.name == who]
    if not found and len(who) >= _SHORTEST_PREFIX:
        found = [v for v in everybody if v.id.startswith(who)]
        if len(found) > 1:
            raise UsageError(f"Several voices begin with {who!r}.", "See: dragoman voices list")
    if not found:
        raise UsageError(f"There is no voice {who!r}.", "See: dragoman voices list")
    for voiceprint in found:
        await store.delete(voiceprint.id)
        console.say(f"{voiceprint.name}'s voice {voiceprint.id[:8]} is deleted.")
    return len(found)


async def whose(store: VoiceprintStore, model: VoiceModel, pcm: bytes) -> str:
    """Tells who speaks; the name, or nothing where nobody is near enough."""
    found = await model.embed(pcm)
    enrolled = await store.voiceprints(await model.model())
    likeness = [(_cosine(found.vector, v.vector), v) for v in enrolled]
    likeness.sort(key=lambda item: (-item[0], item[1].id))
    rows = [(f"{score:.2f}", v.name, v.id[:8]) for score, v in likeness]
    if rows:
        console.table("", ("likeness", "name", "id"), rows)
    name = _winner(likeness, model)
    speech = f"{found.speech_s:.1f} s of speech"
    if name:
        console.say(f"This is {name} ({speech}).")
    else:
        console.say(
            f"Nobody who is enrolled ({speech}; a name needs {model.least_likeness:.2f} "
            f"and a lead of {model.margin:.2f})."
        )
    return name


def _winner(likeness: Sequence[tuple[float, Voiceprint]], model: VoiceModel) -> str:
    if not likeness or likeness[0][0] < model.least_likeness:
        return ""
    best = likeness[0][1].name
    rivals = [score for score, voiceprint in likeness if voiceprint.name != best]
    return best if likeness[0][0] - max(rivals, default=-1.0) >= model.margin else ""


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def _list(store: VoiceprintStore, settings: Settings, *, as_json: bool) -> None:
    everybody = await store.voiceprints()
    model = await _model_in_use(settings) if everybody else ""
    console.listing(
        everybody,
        (
            ("id", lambda v: v.id[:8]),
            ("name", lambda v: v.name),
            ("speech", lambda v: f"{v.sound_s:.0f} s"),
            ("enrolled", lambda v: f"{v.consent_at.astimezone():%Y-%m-%d %H:%M}"),
            ("consent", lambda v: v.consent),
            ("model", lambda v: v.model if v.model == model else f"{v.model} (not in use)"),
        ),
        plain_of=lambda v: _plain(v, model),
        as_json=as_json,
        nothing='Nobody is enrolled. dragoman voices add NAME FILE --consent "who agreed"',
    )


def _plain(voiceprint: Voiceprint, model: str) -> dict[str, Any]:
    """Without the voice itself."""
    return {
        "id": voiceprint.id,
        "name": voiceprint.name,
        "sound_s": voiceprint.sound_s,
        "consent": voiceprint.consent,
        "consent_at": voiceprint.consent_at,
        "model": voiceprint.model,
        "in_use": voiceprint.model == model,
    }


async def _model_in_use(settings: Settings) -> str:
    try:
        async with open_voice_model(settings.speakers) as model:
            return await model.model()
    except DragomanError:
        return ""


async def _sound(files: Sequence[Path], settings: Settings) -> bytes:
    largest = int(settings.files.largest_gb * 1e9)
    sounds = [await asyncio.to_thread(_read, path, largest) for path in files]
    return _BETWEEN.join(sounds)


def _read(path: Path, largest_bytes: int) -> bytes:
    pcm = bytearray()
    with SoundFile(path, largest_bytes=largest_bytes) as file:
        for piece in file.pieces():
            pcm += piece.tobytes()
            if len(pcm) > _LONGEST_S * SAMPLE_RATE * 2:
                break
    return bytes(pcm)
