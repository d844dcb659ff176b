"""Which voices speak: the one that was named, or the best that keep up on this machine."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.engines import load
from domain.errors import DragomanError, MissingError
from domain.ports import Voice
from domain.voices import SpeechRequest
from pipeline.voice import AUTO_ORDER, ENGINES
from pipeline.voice.chain import VoiceChain

log = logging.getLogger(__name__)

SLOWEST = 0.5
"""Seconds of work for a second of speech; half of the machine's time is left for the rest."""

_SAMPLES = {
    "en": "The next item is the plan for this month.",
    "es": "El punto siguiente es el plan de este mes.",
    "fr": "Le point suivant est le plan de ce mois.",
    "it": "Il punto seguente è il piano di questo mese.",
    "pt": "O ponto seguinte é o plano deste mês.",
}
Builders = Mapping[str, Callable[[], Voice]]


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a voice is here."""

    factor: float
    """Seconds of work per second of speech, warm."""
    first_s: float
    """The first text, loading included."""


async def measure(voice: Voice, language: str = "en") -> Speed:
    """Speaks one sentence twice; the second time counts. Raises DragomanError."""
    able = voice.info.languages
    language = language if not able or language in able else min(able)
    request = SpeechRequest(_SAMPLES.get(language, "1 2 3 4 5 6 7 8"), language)
    began = time.perf_counter()
    await voice.speak(request)
    warm = time.perf_counter()
    speech = await voice.speak(request)
    took_s = time.perf_counter() - warm
    return Speed(took_s / speech.length_s if speech.length_s else 0.0, warm - began)


async def choose(
    name: str, builders: Builders | None = None, language: str = "en"
) -> tuple[VoiceChain, str]:
    """Healthy voices, best first, and for people why they were taken.

    `auto` measures each once with the language given and passes over what is slower than
    `SLOWEST`. Raises UsageError for an unknown name and MissingError where nothing works.
    """
    voices: list[Voice] = []
    taken: list[str] = []
    refused: list[tuple[str, str]] = []
    for candidate in AUTO_ORDER if name == "auto" else (name,):
        try:
            voice: Voice = ((builders or {}).get(candidate) or load(ENGINES, candidate))()
        except DragomanError as error:
            refused.append((f"{candidate}: {error.message}", error.remedy))
            continue
        told, remedy = await _trial(voice, candidate, language, strict=name == "auto")
        if remedy is None:
            voices.append(voice)
            taken.append(f"{candidate} ({told})")
        else:
            await voice.aclose()
            refused.append((f"{candidate}: {told}", remedy))
            log.info("the voice %s is not used", candidate)
    if voices:
        reason = f"Voice: {', else '.join(taken)}."
        return VoiceChain(voices), " ".join([reason, *(f"Not {_plain(t)}." for t, _ in refused)])
    raise MissingError(
        "No voice works here.", " ".join(f"{_plain(t)}. {r}".strip() for t, r in refused)
    )


def _plain(text: str) -> str:
    return text.rstrip(". ")


async def _trial(voice: Voice, name: str, language: str, *, strict: bool) -> tuple[str, str | None]:
    """What is to be told of a voice, and a remedy (perhaps empty) where it is not taken."""
    try:
        health = await voice.health()
        if not health.ok:
            return health.found, health.remedy
        speed = await measure(voice, language)
    except DragomanError as error:
        return error.message, error.remedy
    told = f"{_plain(health.found)}; {speed.factor:.2f} s of work per second of speech"
    if strict and speed.factor > SLOWEST:
        limit = f"more than the {SLOWEST} s that leave room for the rest"
        return f"{told}, {limit}", f"Name it to use it nevertheless: voice.engine = {name!r}."
    return told, None
