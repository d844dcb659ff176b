"""Drafts of growing sentences: spoken at the pace of speech, translated while they run."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import quantiles

from domain.captions import Caption, Translation, TranslationState
from domain.clock import MeetingClock
from domain.languages import joiner
from domain.ports import TranslationRequest, Translator
from domain.speech import SpokenUpdate, Word
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.drafting import erased

LETTER_S = 0.065
"""Seconds of speech per letter: about 150 English words a minute."""
STABLE_S = 0.8
"""A word is stable so long after its end, as with two hypotheses that agree."""
STEP_S = 0.4
PAUSE_S = 0.6


@dataclass(slots=True)
class Shown:
    """Every revision, as a reader sees it."""

    captions: dict[str, list[Caption]] = field(default_factory=lambda: defaultdict(list))

    async def show(self, caption: Caption) -> None:
        """Notes a revision."""
        self.captions[caption.id].append(caption)


class Listening:
    """A translator that remembers what it gave for drafts, and for which text."""

    def __init__(self, translator: Translator) -> None:
        self.info, self.health, self.pairs = translator.info, translator.health, translator.pairs
        self.aclose = translator.aclose
        self.given: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._translator = translator

    async def translate(self, request: TranslationRequest) -> Translation:
        """Hands on."""
        result = await self._translator.translate(request)
        if request.draft:
            self.given[request.target].append((request.text, result.text))
        return result

    def erased(self, sentence: str, last: str, target: str) -> int:
        """Words that would be taken back if every draft were shown whole as it comes."""
        shown = [said for text, said in self.given[target] if sentence.startswith(text)]
        steps = pairwise([*shown, last])
        return sum(erased(before, after, target) for before, after in steps)


@dataclass(slots=True)
class Stability:
    """What came of the drafts into one language."""

    words: int = 0
    """In the final translations."""
    erased: int = 0
    """Words shown and taken back."""
    plainly: int = 0
    """The same if every draft were shown whole as it comes."""
    drafts: int = 0
    """Times a draft grew."""
    taken_back: int = 0
    """Of these, how many the final does not begin with."""
    without: int = 0
    """Sentences that showed no draft."""
    sentences: int = 0
    draft_s: list[float] = field(default_factory=list)
    """From the end of the source word that a draft word stands for, to its first showing."""
    final_s: list[float] = field(default_factory=list)
    """From the end of the sentence to its final translation."""

    def row(self) -> str:
        """Cells of a table."""
        return " | ".join(
            [
                str(self.sentences),
                f"{self.erased / max(1, self.words):.2f}",
                f"{self.plainly / max(1, self.words):.2f}",
                f"{self.taken_back}/{self.drafts}",
                str(self.without),
                _spread(self.draft_s),
                _spread(self.final_s),
            ]
        )


async def grow(
    sentences: Sequence[str], source: str, targets: Sequence[str], translator: Translator
) -> dict[str, Stability]:
    """Speaks the sentences one after the other in real time; closes the translator."""
    clock, shown = MeetingClock.start(), Shown()
    listening = Listening(translator)
    desk = TranslationDesk(listening, clock, notify=lambda _: None)
    settings = CaptionSettings("benchmark", tuple(targets))
    captioner = Captioner(settings, clock, desk=desk, sinks=(shown,), notify=lambda _: None)
    async with captioner:
        for number, sentence in enumerate(sentences):
            await _speak(captioner, clock, f"u{number}", sentence, source)
        await captioner.flush()
    found = {target: Stability() for target in targets}
    for revisions in shown.captions.values():
        for target in targets:
            _count(found[target], revisions, target)
            last = revisions[-1].translation(target)
            if last is not None and last.state is TranslationState.FINAL:
                found[target].plainly += listening.erased(revisions[-1].text, last.text, target)
    return found


async def _speak(
    captioner: Captioner, clock: MeetingClock, key: str, sentence: str, source: str
) -> None:
    at = start_s = clock.now_s()
    words = []
    for text in sentence.split():
        words.append(Word(text, at, at + LETTER_S * (len(text) + 1) - 0.01))
        at += LETTER_S * (len(text) + 1)
    end_s = at
    so_far = SpokenUpdate(
        key, "p", "Speaker", source, (), 0, False, start_s, start_s, "simulated", punctuated=True
    )
    while (now_s := clock.now_s()) < end_s + STABLE_S:
        heard = [word for word in words if word.end_s <= now_s]
        stable = sum(word.end_s <= now_s - STABLE_S for word in heard)
        if heard:
            await captioner.take(_heard(so_far, heard, stable))
        await asyncio.sleep(min(STEP_S, max(0.0, end_s + STABLE_S - clock.now_s())))
    await captioner.take(replace(_heard(so_far, words, len(words)), final=True))
    await asyncio.sleep(max(0.0, end_s + PAUSE_S - clock.now_s()))


def _heard(so_far: SpokenUpdate, words: Sequence[Word], stable: int) -> SpokenUpdate:
    return replace(so_far, words=tuple(words), stable=stable, end_s=words[-1].end_s)


def _count(found: Stability, revisions: Sequence[Caption], target: str) -> None:
    last = revisions[-1].translation(target)
    if last is None or last.state is not TranslationState.FINAL:
        return
    spoken = revisions[-1].words
    final = _pieces(last.text, target)
    before = ""
    drafted = False
    for caption in revisions:
        now = caption.translation(target)
        if now is None or not now.text or now.text == before:
            continue
        found.erased += erased(before, now.text, target)
        if now.state is TranslationState.DRAFT:
            drafted = True
            found.drafts += 1
            found.taken_back += erased(now.text, last.text, target) > 0
            for place in range(len(_pieces(before, target)), len(_pieces(now.text, target))):
                stands_for = min(len(spoken) - 1, place * len(spoken) // max(1, len(final)))
                found.draft_s.append(now.stamp_s - spoken[stands_for].end_s)
        before = now.text
    found.sentences += 1
    found.words += len(final)
    found.without += not drafted
    found.final_s.append(last.stamp_s - spoken[-1].end_s)


def _pieces(text: str, language: str) -> list[str]:
    return text.split() if joiner(language) else list(text)


def _spread(values: Sequence[float]) -> str:
    if len(values) < 2:
        return "none"
    cuts = quantiles(values, n=20)
    return f"{cuts[9]:.1f} / {cuts[18]:.1f}"
