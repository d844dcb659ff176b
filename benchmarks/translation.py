"""Translation: speed, quality, cache and drafts, as Markdown.

    nice python -m benchmarks.translation [--rounds N] [--weights] [--drafts]

Speed is of warm engines, one sentence after the other. Quality compares with the same passages
in other languages, sentence by sentence. Drafts are of sentences that are spoken in real time
(about two minutes). --weights also times CTranslate2 models of true shape with random weights.
What needs the texts of ../shared/data is left out where they are absent, and says so.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import sacrebleu

from benchmarks.drafts import grow
from benchmarks.parallel import passages, talk
from domain.clock import MeetingClock
from domain.errors import EngineError
from domain.ports import TranslationRequest, Translator
from pipeline.desk import TranslationDesk
from pipeline.translation.apertium import ApertiumTranslator
from pipeline.translation.chain import TranslatorChain

SENTENCES = (
    "Good morning everybody, thank you for coming.",
    "Today we talk about the budget of the next year.",
    "The report is ready and I will send it on Monday.",
    "Can you hear me now?",
    "We have to decide this week because the customer is waiting.",
    "I think that the second option is better for the team.",
)
TARGETS = ("es", "ca", "fr", "pt", "it")


async def speed(engine: Translator, rounds: int) -> list[str]:
    """A row per direction."""
    rows = []
    for target in _able(engine, "en"):
        took: list[float] = []
        hops: tuple[str, ...] = ()
        for turn in range(rounds + 1):
            for text in SENTENCES:
                began = time.perf_counter()
                hops = (await engine.translate(TranslationRequest(text, "en", target))).hops
                if turn:
                    took.append((time.perf_counter() - began) * 1000)
        rows.append(f"| {engine.info.name} | {'-'.join(hops)} | {_ms(took)} |")
    return rows


async def quality(engine: Translator) -> list[str]:
    """A row per direction of which both sides are at hand."""
    texts = passages()
    rows = []
    for source in texts:
        for target in texts:
            pairs = engine.pairs()
            if source == target or (pairs is not None and (source, target) not in pairs):
                continue
            both = sorted(texts[source].keys() & texts[target].keys())
            said = [await _said(engine, texts[source][n], source, target) for n in both]
            wanted = [[texts[target][n] for n in both]]
            untouched = sacrebleu.corpus_chrf([texts[source][n] for n in both], wanted).score
            rows.append(
                f"| {engine.info.name} | {source}-{target} | {len(both)} | "
                f"{sacrebleu.corpus_chrf(said, wanted).score:.1f} | "
                f"{sacrebleu.corpus_bleu(said, wanted).score:.1f} | {untouched:.1f} |"
            )
    return rows


async def cached(engine: Translator, streams: dict[str, Sequence[str]]) -> list[str]:
    """A row per stream of sentences, each into every language, as the desk sees them."""
    rows = []
    targets = _able(engine, "en")
    for name, sentences in streams.items():
        desk = TranslationDesk(_Lent(engine), MeetingClock.start(), notify=lambda _: None)
        async with desk:
            for number, text in enumerate(sentences):
                for target in targets:
                    await desk.final(str(number), text, "en", target)
            await desk.settle(60)
            figures = desk.figures()
        rows.append(f"| {name} | {len(sentences)} | {figures.asked} | {figures.hit_rate:.0%} |")
    return rows


async def drafts() -> list[str]:
    """A row per direction; the two languages are spoken at the same time."""
    texts = passages()
    streams = {code: [*texts[code].values()] for code in ("en", "es") if code in texts}
    if "en" in streams:
        streams["en"] += talk()
    engines = {code: ApertiumTranslator() for code in streams}
    chains = {
        code: TranslatorChain([engine], MeetingClock.start()) for code, engine in engines.items()
    }
    wanted = {"en": ("es", "ca", "fr"), "es": ("en", "fr", "pt")}
    found = await asyncio.gather(
        *(
            grow(streams[code], code, _able(engines[code], code, wanted[code]), chains[code])
            for code in streams
        )
    )
    return [
        f"| apertium | {code}-{target} | {counts.row()} |"
        for code, by_target in zip(streams, found, strict=True)
        for target, counts in by_target.items()
    ]


def weights() -> list[str]:
    """A row per shape; the words are nonsense, only the time means something."""
    from benchmarks.translation_weights import SHAPES, time_translation, write_random

    rows = []
    for name, shape in SHAPES.items():
        with TemporaryDirectory() as folder:
            path = write_random(Path(folder) / name, shape)
            for pieces, new in ((12, 14), (25, 30)):
                took = time_translation(path, shape, pieces, new)
                rows.append(f"| ctranslate2, {name} | {pieces} to {new} pieces | {_ms(took)} |")
    return rows


def table(title: str, heads: str, rows: Sequence[str], nothing: str) -> str:
    """Markdown."""
    if not rows:
        return f"### {title}\n\n{nothing}\n"
    rule = "|".join("---" for _ in heads.split("|"))
    return "\n".join([f"### {title}", "", f"| {heads} |", f"|{rule}|", *rows, ""])


def _able(engine: Translator, source: str, targets: Sequence[str] = TARGETS) -> list[str]:
    pairs = engine.pairs()
    return [target for target in targets if pairs is None or (source, target) in pairs]


async def _said(engine: Translator, text: str, source: str, target: str) -> str:
    try:
        return (await engine.translate(TranslationRequest(text, source, target))).text
    except EngineError:
        return ""


class _Lent:
    """An engine that somebody else closes."""

    def __init__(self, engine: Translator) -> None:
        self.info, self.health, self.pairs = engine.info, engine.health, engine.pairs
        self.translate = engine.translate

    async def aclose(self) -> None:
        """Stays open."""


def _ms(took: Sequence[float]) -> str:
    return f"{statistics.median(took):.1f} | {statistics.quantiles(took, n=20)[18]:.1f}"


async def main(rounds: int, *, with_weights: bool, draft_only: bool) -> None:
    """Prints the tables."""
    absent = "The texts are not at hand: not measured."
    if not draft_only:
        await _without_speech(rounds, absent, with_weights=with_weights)
    heads = (
        "engine | direction | sentences | erasure | if shown plainly | drafts taken back | "
        "without a draft | draft behind speech, s p50 / p95 | final behind the end, s p50 / p95"
    )
    print(table("Drafts", heads, await drafts(), absent))


async def _without_speech(rounds: int, absent: str, *, with_weights: bool) -> None:
    engine = ApertiumTranslator()
    try:
        fast = await speed(engine, rounds) + (weights() if with_weights else [])
        print(table("Speed", "engine | way | ms p50 | ms p95", fast, "Apertium is not installed."))
        heads = "engine | direction | sentences | chrF | BLEU | chrF of the source itself"
        print(table("Quality", heads, await quality(engine), absent))
        streams = {"a telephone talk of 30 s": talk(), "six sentences, ten times": SENTENCES * 10}
        rows = await cached(engine, {name: texts for name, texts in streams.items() if texts})
        print(table("Cache", "finals of | sentences | asked for | known already", rows, absent))
    finally:
        await engine.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--weights", action="store_true", help="time CTranslate2 models too")
    parser.add_argument("--drafts", action="store_true", help="only the drafts")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.rounds, with_weights=chosen.weights, draft_only=chosen.drafts))
