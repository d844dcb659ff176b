"""Times Apertium: `python -m benchmarks.translation [rounds]` prints ms a sentence, warm."""

import asyncio
import statistics
import sys
import time

from domain.clock import MeetingClock
from domain.ports import TranslationRequest
from pipeline.desk import TranslationDesk
from pipeline.translation.apertium import ApertiumTranslator

SENTENCES = (
    "Good morning everybody, thank you for coming.",
    "Today we talk about the budget of the next year.",
    "The report is ready and I will send it on Monday.",
    "Can you hear me now?",
    "We have to decide this week because the customer is waiting.",
    "I think that the second option is better for the team.",
)
TARGETS = ("es", "ca", "fr", "pt", "it")


async def main(rounds: int) -> None:
    """Per direction p50 and p95, then the cache's hit rate at the desk."""
    engine = ApertiumTranslator()
    for target in TARGETS:
        if ("en", target) not in engine.pairs():
            print(f"en-{target}: not installed")
            continue
        took: list[float] = []
        for turn in range(rounds + 1):
            for text in SENTENCES:
                began = time.perf_counter()
                result = await engine.translate(TranslationRequest(text, "en", target))
                if turn:
                    took.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(took, n=20)
        hops = len(result.hops) - 1
        print(
            f"{'-'.join(result.hops)}: p50 {statistics.median(took):.1f} ms, "
            f"p95 {cuts[18]:.1f} ms, per hop p50 {statistics.median(took) / hops:.1f} ms"
        )
    desk = TranslationDesk(engine, MeetingClock.start(), notify=lambda _: None)
    targets = [target for target in TARGETS if ("en", target) in engine.pairs()]
    began = time.perf_counter()
    async with desk:
        for turn in range(rounds):
            for index, text in enumerate(SENTENCES):
                for target in targets:
                    await desk.final(f"{turn}-{index}", text, "en", target)
        await desk.settle(60)
    total = rounds * len(SENTENCES) * len(targets)
    print(
        f"desk: {total} finals in {time.perf_counter() - began:.2f} s, "
        f"cache hits {desk.cache.hit_rate:.0%}"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
