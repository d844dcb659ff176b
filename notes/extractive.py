"""Notes without a model: sentences of the meeting itself, chosen by how they hang together."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.serving import Answer, Notes, Point
from domain.terms import fold
from notes.cues import ASKED, DECIDED, NAMED, PROMISED, due_in
from notes.port import Line, Talk
from notes.ranking import choose, fitting, importance, vectors
from notes.words import telling

NAME = "extractive"
MOST_SENTENCES = 6000
"""Beyond, only the longer ones are looked at."""
LEAST_WORDS = 4
SUMMARY = (3, 10)
"""Fewest and most sentences of a summary; about one for each five minutes."""
POINTS = 20
PASSAGES = 3
FIT = 0.34
"""Share of a question's telling words that a passage must hold."""

_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the line it was said in."""

    text: str
    line: Line

    def point(self, owner: str = "", due: str = "") -> Point:
        """As a point of the notes."""
        return Point(self.text, self.line.start_s, (self.line.id,), owner, due)


class ExtractiveWriter:
    """A NotesWriter that writes nothing of its own."""

    async def write(self, talk: Talk) -> Notes:
        """Chooses sentences; off the loop."""
        return await asyncio.to_thread(write, talk)

    async def answer(self, talk: Talk, question: str) -> Answer:
        """The passages that fit a question best, as they were said."""
        return await asyncio.to_thread(answer, talk, question)

    async def aclose(self) -> None:
        """Holds nothing."""


def sentences(lines: Sequence[Line]) -> list[Sentence]:
    """The sentences of lines, in order."""
    return [
        Sentence(part.strip(), line)
        for line in lines
        for part in _END.split(line.text)
        if part.strip()
    ]


def write(talk: Talk) -> Notes:
    """The notes of a talk. Blocks."""
    said = sentences(talk.lines)
    if len(said) > MOST_SENTENCES:
        longest = sorted(range(len(said)), key=lambda place: -len(said[place].text))
        said = [said[place] for place in sorted(longest[:MOST_SENTENCES])]
    people = sorted({line.speaker for line in talk.lines if line.speaker.strip()})
    decisions = [s.point() for s in said if DECIDED.search(fold(s.text)) and not _asks(s.text)]
    actions = [action for s in said if (action := action_of(s, people)) is not None]
    return Notes(
        talk.meeting_id, talk.language, NAME,
        summary=tuple(s.point() for s in _summary(said)),
        decisions=_once(decisions), actions=_once(actions),
        made_at=datetime.now(UTC), extractive=True,
    )  # fmt: skip


def _once(points: Sequence[Point]) -> tuple[Point, ...]:
    """Without those that are said again in the same words."""
    return tuple({fold(point.text): point for point in reversed(points)}.values())[::-1][:POINTS]


def _asks(text: str) -> bool:
    return text.rstrip().endswith(("?", "？"))


def _summary(said: Sequence[Sentence]) -> list[Sentence]:
    bags = [telling(sentence.text) for sentence in said]
    long = [place for place, bag in enumerate(bags) if len(bag) >= LEAST_WORDS]
    long = long or [place for place, bag in enumerate(bags) if bag]
    if not long:
        return []
    rows = vectors([bags[place] for place in long])
    scores = importance(rows)
    weights = [
        float(score) * (0.6 if _asks(said[place].text) else 1.0)
        for score, place in zip(scores, long, strict=True)
    ]
    minutes = (said[-1].line.start_s - said[0].line.start_s) / 60
    count = int(min(SUMMARY[1], max(SUMMARY[0], minutes / 5)))
    return [said[long[place]] for place in choose(rows, weights, count)]


def action_of(sentence: Sentence, people: Sequence[str]) -> Point | None:
    """What somebody is to do, where a sentence says so: who promises owns it, or who is named."""
    folded = fold(sentence.text)
    due = due_in(sentence.text)
    named = _named(folded, people)
    if named and re.search(NAMED.format(name=re.escape(fold(named.split()[0]))), folded):
        return sentence.point(named, due)
    if PROMISED.search(folded) and not _asks(sentence.text):
        return sentence.point(sentence.line.speaker, due)
    if ASKED.search(folded) and (named or due or "action item" in folded):
        return sentence.point(named, due)
    return None


def _named(folded: str, people: Sequence[str]) -> str:
    """The person whose first or whole name stands in a text."""
    for person in people:
        first = next(iter(fold(person).split()), "")
        if len(first) > 1 and re.search(rf"(?<!\w){re.escape(first)}(?!\w)", folded):
            return person
    return ""


def answer(talk: Talk, question: str) -> Answer:
    """The passages that fit. Blocks."""
    said = sentences(talk.lines)
    wanted = telling(question)
    bags = [telling(f"{sentence.text} {sentence.line.speaker}") for sentence in said]
    found = fitting(bags, wanted)
    chosen: list[int] = []
    for place, _ in found:
        held = fitting([bags[place]], wanted)
        share = len(set(bags[place]) & set(wanted)) / max(1, len(set(wanted)))
        near = any(term[:5] == w[:5] for term in bags[place] for w in wanted if len(w) >= 5)
        if held and (share >= FIT or (near and len(set(wanted)) <= 3)):
            chosen.append(place)
        if len(chosen) == PASSAGES:
            break
    points = tuple(said[place].point() for place in sorted(chosen))
    text = " … ".join(point.text for point in points)
    return Answer(text, points, NAME)
