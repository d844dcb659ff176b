"""What a caption change costs: python -m benchmarks.overlay [--layout split] [--seconds 20].

Prints milliseconds of CPU time in the drawing thread for each change (p50, p95), and the share
of one core that the whole process takes with five changes a second.
"""

import argparse
import asyncio
import statistics
import time

from domain.captions import Caption, Translation, TranslationState
from domain.clock import MeetingClock
from domain.events import Event, StageTimed
from domain.speech import Word
from overlay.overlay import Overlay
from overlay.painter import Painter
from overlay.settings import LAYOUTS, OverlaySettings
from overlay.sinks.memory import MemorySink

TALK = (
    ("Ana", "We should move the release to Tuesday morning because support is away until then."),
    ("Tom", "That works for me, but the customer expects a first version before the weekend."),
    ("Mei", "Then let us send them the preview on Friday and the full release on Tuesday."),
)
ANSWER = "Deberíamos pasar el lanzamiento al martes por la mañana porque el equipo no está hasta."


def captions(count: int) -> list[Caption]:
    """Word by word, as a live recogniser sends them."""
    out: list[Caption] = []
    turn = 0
    while len(out) < count:
        who, text = TALK[turn % len(TALK)]
        said, answer = text.split(), ANSWER.split()
        for n in range(1, len(said) + 1):
            words = tuple(Word(word, 0.0, 0.0) for word in said[:n])
            final = n == len(said)
            state = TranslationState.FINAL if final else TranslationState.DRAFT
            shown = " ".join(answer if final else answer[: max(0, n - 3)])
            state = state if shown else TranslationState.PENDING
            translations = tuple(Translation(code, shown, state) for code in ("es", "fr"))
            out.append(
                Caption(
                    f"c{turn}",
                    n,
                    who,
                    who,
                    "en",
                    words,
                    max(0, n - 2),
                    final,
                    0,
                    0,
                    0,
                    0,
                    translations=translations,
                )
            )
        turn += 1
    return out[:count]


def per_change(settings: OverlaySettings, count: int = 300) -> tuple[list[float], list[int]]:
    """CPU milliseconds and changed pixels of each change, drawn one after the other."""
    painter = Painter(settings)
    painter.draw(0.0, 0.0)
    took, pixels = [], []
    for number, caption in enumerate(captions(count)):
        began = time.thread_time()
        painter.show([caption], number / 5)
        update = painter.draw(number / 5, number / 5)
        took.append(1000 * (time.thread_time() - began))
        if update is not None:
            pixels.append(sum(area.width * area.height for area in update.changed))
    return took, pixels


async def whole(settings: OverlaySettings, seconds: float) -> tuple[float, list[float]]:
    """Percent of a core at five changes a second, and the drawing times on the wall."""
    timed: list[float] = []

    def notify(event: Event) -> None:
        if isinstance(event, StageTimed):
            timed.append(1000 * event.seconds)

    sink = MemorySink(keep=1)
    async with Overlay(settings, MeetingClock.start(), [sink], notify) as overlay:
        cpu, began = time.process_time(), time.monotonic()
        for caption in captions(int(seconds * 5)):
            await overlay.show(caption)
            await asyncio.sleep(0.2)
        used = (time.process_time() - cpu) / (time.monotonic() - began)
    return 100 * used, timed


def percentile(values: list[float], share: float) -> float:
    """A percentile, share 0..1."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def spread(values: list[float]) -> str:
    """The middle and the slow end, in milliseconds."""
    return f"p50 {percentile(values, 0.5):.1f} ms  p95 {percentile(values, 0.95):.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layout", choices=LAYOUTS, default="subtitle")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    targets = ("es", "fr") if options.layout in ("split", "interpreter") else ("es",)
    settings = OverlaySettings(
        targets=targets,
        sources=("en",),
        layout=options.layout,
        stamp=True,
        link="https://x.org/v/1",
    )
    took, pixels = per_change(settings)
    print(f"layout              {options.layout}")
    print(f"change, CPU         {spread(took)}")
    print(f"changed area        mean {statistics.mean(pixels) / 9216:.1f} % of the picture")
    share, timed = asyncio.run(whole(settings, options.seconds))
    print(f"draw stage, wall    {spread(timed)}")
    print(f"5 changes a second  {share:.1f} % of a core")


if __name__ == "__main__":
    main()
