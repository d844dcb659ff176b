"""What the second pass works with: the larger model, whole utterances, time to think."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from domain.ports import Diarizer
from dragoman.hub import Hub
from dragoman.settings import Settings
from dragoman.speakers import open_diarizer
from pipeline.asr.whisper_files import find
from pipeline.asr.whisper_model import device_of

LARGEST_ON_GPU = ("large-v3", "turbo", "distil-large-v3", "medium", "small", "base", "tiny")
LARGEST_ON_CPU = ("turbo", "large-v3", "medium", "small", "base", "tiny")
"""Best first. On a processor turbo is nearly as exact as large-v3 and several times faster."""

UTTERANCE_S = 28.0
"""Whisper hears 30 s at a time: no utterance is cut before it."""
PAUSE_S = 0.8
"""A shorter pause does not end an utterance."""
BEAM = 5


def second_pass(settings: Settings, spoken: Sequence[str]) -> Settings:
    """The settings with everything that made haste taken out.

    `spoken` are the languages of the live version, used where none are set.
    """
    hearing, wish = settings.hearing, settings.refine
    changes = {
        "engine": wish.engine if wish.engine != "auto" else hearing.engine,
        "model": wish.model or hearing.model,
        "languages": hearing.languages or tuple(spoken),
        "step_s": 0.0,
        "beam_size": BEAM,
        "end_silence_s": max(PAUSE_S, hearing.end_silence_s),
        "max_utterance_s": UTTERANCE_S,
    }
    if not wish.model and hearing.model_path is None:
        changes["model"] = largest_here(hearing.device) or hearing.model
    if wish.model:
        changes["model_path"] = None
    diarizer = wish.diarizer if wish.diarizer != "auto" else settings.speakers.diarizer
    return settings.model_copy(
        update={
            "refine": wish.model_copy(update={"diarizer": diarizer}),
            "hearing": hearing.model_copy(update=changes),
            # Live diarization would only cost time: voices are told apart at the end.
            "speakers": settings.speakers.model_copy(update={"diarizer": "none"}),
        }
    )


def largest_here(device: str) -> str:
    """The most exact Whisper model in the hub's cache; empty if there is none. Blocks."""
    cache = Path(import_module("huggingface_hub.constants").HF_HUB_CACHE)
    order = LARGEST_ON_GPU if device_of(device) == "cuda" else LARGEST_ON_CPU
    found = find("", "", cache, order)
    return found.name if found.whole else ""


@asynccontextmanager
async def open_whole_diarizer(settings: Settings, hub: Hub) -> AsyncIterator[Diarizer | None]:
    """The diarizer of the second pass; None where voices are not to be told apart."""
    wish = settings.refine.diarizer
    if wish == "none":
        yield None
        return
    speakers = settings.speakers.model_copy(update={"diarizer": wish})
    async with open_diarizer(speakers, hub.publish) as diarizer:
        yield None if diarizer.info.name == "none" else diarizer
