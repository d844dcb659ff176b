"""Spoken words against captioned words: errors, speakers, latencies."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dragoman.measure.tracefile import Revision, Shown, TraceFile

NEAR_S = 3.0
"""A captioned word may lie this far from the spoken word that it is matched with."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word that was really said; times by the machine's monotonic clock."""

    speaker: str
    text: str
    end_s: float


@dataclass(frozen=True, slots=True)
class Match:
    """A spoken word and its place in a final caption."""

    spoken: Spoken
    caption: Revision
    index: int


def fold(text: str) -> str:
    """A word without case and punctuation."""
    return re.sub(r"[^\w']+", "", text.casefold()).replace("_", "")


def fold_text(words: Sequence[str]) -> str:
    """Words joined for a word error rate."""
    return " ".join(filter(None, (fold(part) for word in words for part in word.split("-"))))


def match(spoken: Sequence[Spoken], finals: Sequence[Revision], began_s: float) -> list[Match]:
    """Aligns each caption with what was said under its speaker's name around its time.

    `began_s` is the meeting's second 0 on the clock of the spoken words. Each spoken word
    is matched once at most.
    """
    matches: list[Match] = []
    used: set[int] = set()
    for caption in sorted(finals, key=lambda caption: caption.start_s):
        first, last = began_s + caption.start_s - NEAR_S, began_s + caption.end_s + NEAR_S
        near = [
            place
            for place, word in enumerate(spoken)
            if place not in used and word.speaker == caption.speaker and first <= word.end_s <= last
        ]
        matcher = SequenceMatcher(
            None,
            [fold(spoken[place].text) for place in near],
            [fold(word) for word in caption.words],
            autojunk=False,
        )
        for block in matcher.get_matching_blocks():
            for offset in range(block.size):
                place = near[block.a + offset]
                used.add(place)
                matches.append(Match(spoken[place], caption, block.b + offset))
    return matches


def word_error_rate(spoken: Sequence[Spoken], finals: Sequence[Revision]) -> float:
    """Errors by speaker over all spoken words; words under a wrong name count as errors."""
    import jiwer

    errors = total = 0
    speakers = {word.speaker for word in spoken} | {caption.speaker for caption in finals}
    for speaker in sorted(speakers):
        said = fold_text([word.text for word in spoken if word.speaker == speaker])
        heard = fold_text([w for c in finals if c.speaker == speaker for w in c.words])
        if not said:
            errors += len(heard.split())
            continue
        result = jiwer.process_words(said, heard)
        errors += result.substitutions + result.deletions + result.insertions
        total += len(said.split())
    return errors / total if total else 0.0


def speaker_accuracy(
    spoken: Sequence[Spoken], finals: Sequence[Revision], began_s: float
) -> float | None:
    """Share of captioned words under the name of somebody who said that word then.

    Only words that somebody said within NEAR_S of the caption's time are judged. None
    where there is no such word.
    """
    times: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for word in sorted(spoken, key=lambda word: word.end_s):
        times[fold(word.text)].append((word.end_s, word.speaker))
    right = judged = 0
    for caption in finals:
        first, last = began_s + caption.start_s - NEAR_S, began_s + caption.end_s + NEAR_S
        for text in caption.words:
            near = {who for end_s, who in times[fold(text)] if first <= end_s <= last}
            judged += bool(near)
            right += caption.speaker in near
    return right / judged if judged else None


def translation_erasure(trace: TraceFile) -> float | None:
    """Translated words that were shown and taken back, over the words of the last versions.

    The normalised erasure of Arivazhagan et al. (2020), over all captions and languages.
    None without translations.
    """
    shown: dict[tuple[str, str], list[str]] = {}
    erased = 0
    for revision in sorted(trace.revisions, key=lambda r: r.at_s):
        for language, (state, text) in revision.translations.items():
            if state not in ("draft", "final"):
                continue
            before, after = shown.get((revision.id, language), []), text.split()
            same = 0
            while same < min(len(before), len(after)) and before[same] == after[same]:
                same += 1
            erased += len(before) - same
            shown[revision.id, language] = after
    total = sum(len(words) for words in shown.values())
    return erased / total if total else None


class Screen:
    """When captions reached the receiver's screen."""

    def __init__(self, trace: TraceFile, frames: Sequence[tuple[float, int | None]]) -> None:
        self._revisions: dict[str, list[Revision]] = defaultdict(list)
        for revision in sorted(trace.revisions, key=lambda r: r.revision):
            self._revisions[revision.id].append(revision)
        self._shown = sorted(trace.shown, key=lambda shown: shown.number)
        stamped = [(number, at_s) for at_s, number in frames if number is not None]
        self._numbers, self._received = _first_times(stamped)

    def received(self, number: int) -> float | None:
        """When the first frame came that shows an update or a later one."""
        place = bisect_left(self._numbers, number)
        return self._received[place] if place < len(self._numbers) else None

    def caption(self, key: str, revision: int) -> float | None:
        """When a caption's revision, or a later one of it, was first received."""
        for shown in self._shown:
            if any(known == key and number >= revision for known, number in shown.captions):
                return self.received(shown.number)
        return None

    def word(self, found: Match) -> float | None:
        """When a matched word was first received, be it as a draft."""
        wanted = fold(found.caption.words[found.index])
        rank = [fold(w) for w in found.caption.words[: found.index + 1]].count(wanted)
        for revision in self._revisions[found.caption.id]:
            if [fold(w) for w in revision.words].count(wanted) >= rank:
                return self.caption(revision.id, revision.revision)
        return None

    def changes(self) -> list[tuple[float, float]]:
        """(captions changed, first frame received that shows it) for every update."""
        stamps = {(r.id, r.revision): r.at_s for rs in self._revisions.values() for r in rs}
        pairs = []
        before: Shown | None = None
        for shown in self._shown:
            new = shown.captions - (before.captions if before else frozenset())
            times = [stamps[key] for key in new if key in stamps]
            received = self.received(shown.number)
            if times and received is not None:
                pairs.append((max(times), received))
            before = shown
        return pairs


def _first_times(stamped: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    """Rising numbers with the time at which each, or a later one, was first received."""
    first: dict[int, float] = {}
    for number, at_s in stamped:
        first.setdefault(number, at_s)
    numbers = sorted(first)
    times = [first[number] for number in numbers]
    for place in range(len(times) - 2, -1, -1):
        times[place] = min(times[place], times[place + 1])
    return numbers, times
