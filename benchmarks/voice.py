"""Times the voices that work here, and the delay of speech in a scripted talk.

python -m benchmarks.voice [--minutes 2] [--kokoro FOLDER] [--openvino FOLDER]

Prints, per engine, seconds of work per second of speech and the time to the first sound, cold
and warm; then how far behind the original the speech begins while somebody talks at the pace
given, by the best voice, and what is skipped.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from domain.captions import Caption, Translation, TranslationState
from domain.clock import MeetingClock
from domain.errors import DragomanError
from domain.events import Event, SpeechMade
from domain.ports import Voice
from domain.speech import Word
from domain.voices import Speech, SpeechRequest
from pipeline.voice.choose import choose
from pipeline.voice.espeak import EspeakVoice
from pipeline.voice.flite import FliteVoice
from pipeline.voice.kokoro import KokoroSettings, KokoroVoice
from pipeline.voice.openvino_kokoro import OpenVinoKokoro, OpenVinoKokoroSettings
from pipeline.voice.spoken import Outlet, SpokenTranslations

TEXTS = {
    "es": (
        "Buenos días a todos y gracias por venir.",
        "Hoy hablamos del presupuesto del año que viene y de los planes del equipo.",
        "El informe está listo y lo enviaré el lunes por la mañana a todos los clientes.",
        "¿Me oyen bien?",
    ),
    "en": (
        "Good morning everybody, thank you for coming.",
        "Today we talk about the budget of the next year and the plans of the team.",
        "The report is ready and I will send it on Monday morning to all customers.",
        "Can you hear me?",
    ),
}


class Deaf:
    """Plays nothing."""

    async def play(self, speech: Speech) -> None:
        """Takes it."""


async def time_engine(name: str, voice: Voice, rounds: int = 3) -> None:
    """Prints one row."""
    health = await voice.health()
    if not health.ok:
        print(f"{name:16} not measured: {health.found}")
        return
    language = "es" if "es" in voice.info.languages else "en"
    texts = TEXTS[language]
    try:
        began = time.perf_counter()
        await voice.speak(SpeechRequest(texts[0], language))
        cold_s = time.perf_counter() - began
        took: list[float] = []
        spoken_s = 0.0
        for _ in range(rounds):
            for text in texts:
                began = time.perf_counter()
                speech = await voice.speak(SpeechRequest(text, language))
                took.append(time.perf_counter() - began)
                spoken_s += speech.length_s
    except DragomanError as error:
        print(f"{name:16} failed: {error.message}")
        return
    finally:
        await voice.aclose()
    print(
        f"{name:16} {sum(took) / spoken_s:.3f} s of work per second of speech; first sound "
        f"cold {cold_s:.2f} s, warm p50 {statistics.median(took):.3f} s, max {max(took):.3f} s"
    )


def caption(number: int, clock: MeetingClock, text: str) -> Caption:
    """A final caption with its translation, one second after its end."""
    now_s = clock.now_s()
    translation = Translation("es", text, TranslationState.FINAL)
    return Caption(
        id=str(number), revision=1, participant_id="anna", speaker="Anna", language="en",
        words=(Word("words", now_s - 4, now_s - 1),), stable=1, final=True, start_s=now_s - 4,
        end_s=now_s - 1, heard_s=now_s - 1, stamp_s=now_s, translations=(translation,),
    )  # fmt: skip


async def delay(every_s: float, seconds: float) -> None:
    """Somebody finishes a sentence every so many seconds; how far behind is its translation?"""
    voice, _ = await choose("auto", language="es")
    clock, events = MeetingClock.start(), list[Event]()
    outlet = Outlet(Deaf(), lambda: {"es"})
    said = 0
    async with SpokenTranslations(voice, clock, [outlet], events.append) as spoken:
        while clock.now_s() < seconds:
            await spoken.show(caption(said, clock, TEXTS["es"][1 + said % 2]))
            said += 1
            await asyncio.sleep(every_s)
        skipped = sum(spoken.skipped.values())
    await voice.aclose()
    behind = sorted(e.behind_s for e in events if isinstance(e, SpeechMade))
    p95 = behind[min(len(behind) - 1, round(0.95 * len(behind)))]
    print(
        f"a sentence every {every_s:g} s: {said} said, {len(behind)} spoken, {skipped} skipped; "
        f"behind p50 {statistics.median(behind):.2f} s, p95 {p95:.2f} s, max {behind[-1]:.2f} s"
    )


async def main() -> None:
    """All engines, then the delay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="for both talks together")
    parser.add_argument("--kokoro", type=Path, help="folder of Kokoro's model")
    parser.add_argument("--openvino", type=Path, help="folder of its export for OpenVINO")
    args = parser.parse_args()
    engines: dict[str, Callable[[], Voice]] = {
        "espeak-ng": EspeakVoice,
        "flite": FliteVoice,
        "kokoro": lambda: KokoroVoice(KokoroSettings(model=args.kokoro)),
        "openvino-kokoro": lambda: OpenVinoKokoro(OpenVinoKokoroSettings(model=args.openvino)),
    }
    for name, build in engines.items():
        await time_engine(name, build())
    for every_s in (6.0, 3.0):
        await delay(every_s, args.minutes * 30)


if __name__ == "__main__":
    asyncio.run(main())
