"""Notes and answers by any OpenAI-compatible server; what cites nothing real is dropped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.serving import Answer, Notes, Point
from domain.text import clean, clean_name
from notes.port import Line, Talk
from notes.prompts import (
    answer_system,
    framed,
    merge_system,
    notes_system,
    tokens,
    told,
)
from notes.ranking import fitting
from notes.wire import Wire
from notes.words import telling

PARTS = ("summary", "decisions", "actions")
MOST = 40
"""Points of one list that are looked at."""
CITED = 12
"""Sources of one point that are kept."""


@dataclass(frozen=True, slots=True)
class OpenAISettings:
    """Where the server is and how much it takes at a time."""

    base_url: str
    """With its version path, such as http://127.0.0.1:8000/v1."""
    model: str = ""
    """Empty for the first that the server lists."""
    api_key: str = ""
    timeout_s: float = 180.0
    budget: int = 6000
    """Tokens of a transcript in one request; longer meetings are taken in parts."""
    answer_tokens: int = 1500
    summary: int = 8
    """Points of a summary at most."""


class OpenAIWriter:
    """A NotesWriter that asks a chat model and checks what it answers."""

    def __init__(self, settings: OpenAISettings) -> None:
        self._settings = settings
        self._wire = Wire(settings.base_url, settings.api_key, settings.model, settings.timeout_s)

    @property
    def name(self) -> str:
        """The model's name."""
        return clean(self._wire.model, 80) or "openai"

    async def write(self, talk: Talk) -> Notes:
        """Notes of each part of the talk, then one set of notes of them."""
        settings = self._settings
        system = notes_system(talk.language, settings.summary)
        drafts = []
        for rows in parts([told(line, n) for n, line in enumerate(talk.lines)], settings.budget):
            asked = framed(rows, "transcript")
            drafts.append(await self._wire.ask(system, asked, settings.answer_tokens))
        lists = await self._merged(talk, drafts)
        return Notes(
            talk.meeting_id, talk.language, self.name, made_at=datetime.now(UTC),
            summary=lists["summary"][: settings.summary],
            decisions=lists["decisions"], actions=lists["actions"],
        )  # fmt: skip

    async def answer(self, talk: Talk, question: str) -> Answer:
        """An answer from the passages that fit the question, or from the whole short meeting."""
        rows = [told(line, number) for number, line in enumerate(talk.lines)]
        if tokens("\n".join(rows)) > self._settings.budget:
            rows = passages(talk.lines, rows, question, self._settings.budget)
        asked = json.dumps(clean(question, 1000), ensure_ascii=False)
        answer = await self._wire.ask(
            answer_system(talk.language),
            f"{framed(rows, 'transcript')}\nQuestion: {asked}",
            self._settings.answer_tokens,
        )
        lines = cited(answer.get("sources"), talk.lines)
        text = clean(answer["answer"]) if isinstance(answer.get("answer"), str) else ""
        if not text or not lines:
            return Answer("", (), self.name)
        points = tuple(Point(line.text, line.start_s, (line.id,)) for line in lines)
        return Answer(text, points, self.name)

    async def aclose(self) -> None:
        """Ends the session with the server."""
        await self._wire.aclose()

    async def _merged(
        self, talk: Talk, drafts: Sequence[Mapping[str, Any]]
    ) -> dict[str, tuple[Point, ...]]:
        """One set of lists; parts are joined until one is left. Where joining brings nothing
        that cites a source, the parts stand one after the other."""
        settings = self._settings
        checked = [lists_of(draft, talk.lines) for draft in drafts]
        every = {part: sum((lists[part] for lists in checked), ()) for part in PARTS}
        if len(checked) <= 1:
            return every
        places = {line.id: number for number, line in enumerate(talk.lines)}
        rows = [_row(part, point, places) for part in PARTS for point in every[part]]
        system = merge_system(talk.language, settings.summary)
        for _ in range(4):
            groups = parts(rows, settings.budget)
            joined: dict[str, tuple[Point, ...]] = {part: () for part in PARTS}
            for group in groups:
                answer = await self._wire.ask(
                    system, framed(group, "notes"), settings.answer_tokens
                )
                lists = lists_of(answer, talk.lines)
                joined = {part: joined[part] + lists[part] for part in PARTS}
            if not any(joined.values()):
                return every
            if len(groups) == 1:
                return joined
            rows = [_row(part, point, places) for part in PARTS for point in joined[part]]
        return joined


def _row(part: str, point: Point, places: Mapping[str, int]) -> str:
    value = {
        "list": part, "text": point.text, "sources": [places[each] for each in point.segment_ids],
        "owner": point.owner, "due": point.due,
    }  # fmt: skip
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def parts(rows: Sequence[str], budget: int) -> list[list[str]]:
    """Rows in groups of at most so many tokens; one row alone may have more."""
    made: list[list[str]] = []
    used = 0
    for row in rows:
        size = tokens(row)
        if not made or used + size > budget:
            made.append([])
            used = 0
        made[-1].append(row)
        used += size
    return made


def passages(lines: Sequence[Line], rows: Sequence[str], question: str, budget: int) -> list[str]:
    """The rows that fit a question best with their neighbours, in order, within a budget."""
    bags = [telling(f"{line.text} {line.speaker}") for line in lines]
    kept: set[int] = set()
    used = 0
    for place, _ in fitting(bags, telling(question)):
        for near in range(max(0, place - 2), min(len(rows), place + 3)):
            size = tokens(rows[near])
            if near not in kept and used + size <= budget:
                kept.add(near)
                used += size
    return [rows[place] for place in sorted(kept)]


def lists_of(answer: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, tuple[Point, ...]]:
    """The lists of an answer: points with a text and with sources that exist."""
    return {part: tuple(_points(answer.get(part), lines)) for part in PARTS}


def _points(value: Any, lines: Sequence[Line]) -> list[Point]:
    found = []
    people = {line.speaker for line in lines}
    for each in value[:MOST] if isinstance(value, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("text"), str):
            continue
        shown, text = cited(each.get("sources"), lines), clean(each["text"])
        if not text or not shown:
            continue
        owner, due = (
            clean(each[key], 80) if isinstance(each.get(key), str) else ""
            for key in ("owner", "due")
        )
        spoken = " ".join(line.text for line in lines)
        known = clean_name(owner) in people or (owner and owner in spoken)
        ids = tuple(line.id for line in shown)
        found.append(Point(text, shown[0].start_s, ids, owner if known else "", due))
    return found


def cited(value: Any, lines: Sequence[Line]) -> list[Line]:
    """The lines that an answer names by number, in order; what does not exist is left out."""
    numbers = value if isinstance(value, list) else []
    places = {n for n in numbers if isinstance(n, int) and not isinstance(n, bool)}
    return [lines[place] for place in sorted(places) if 0 <= place < len(lines)][:CITED]
