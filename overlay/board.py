"""The board: which utterances, and which lines of them, stand on screen."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.captions import Caption
from overlay.blocks import MAIN, ORIGINAL, Block, Cell, LineBreaker, Passage, Row
from overlay.passages import passages
from overlay.reading import LINGER_S, reading_s

MAX_UTTERANCES = 3
MAX_ROWS = 6
MAX_ORIGINAL = 2
MAX_WAIT_S = 1.0
"""A new utterance waits this long at most for an old one to be read."""
STALE_DRAFT_S = 30.0
MAX_WAITING = 16
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class BoardRules:
    """What a board shows at most."""

    targets: tuple[str, ...] = ()
    columns: int = 1
    with_original: bool = True
    utterances: int = MAX_UTTERANCES
    rows: int = MAX_ROWS
    rotate_s: float = 20.0


@dataclass(slots=True)
class _Entry:
    caption: Caption
    targets: tuple[str, ...]
    changed_s: float
    opens: bool
    passages: dict[int, Passage] = field(default_factory=dict)
    lines: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def reading_s(self) -> float:
        shown = [p for column, p in self.passages.items() if column >= 0]
        return max((reading_s(p.text, p.language) for p in shown), default=0.0)

    @property
    def leaves_s(self) -> float:
        if not self.caption.final:
            return self.changed_s + STALE_DRAFT_S
        return self.changed_s + max(LINGER_S, 1.5 * self.reading_s)


class Board:
    """Captions become visible lines. Pure: it is told the time, and draws nothing."""

    def __init__(self, rules: BoardRules, breaker: LineBreaker) -> None:
        self.rules = rules
        self._breaker = breaker
        self._entries: list[_Entry] = []
        self._waiting: dict[str, tuple[Caption, float]] = {}
        self._revisions: dict[str, int] = {}
        self._gone: deque[str] = deque(maxlen=_REMEMBERED)
        self._turn = 0
        self._turn_s: float | None = None

    def show(self, caption: Caption, at_s: float) -> bool:
        """Takes a revision; False if it is older than what was seen, or over for good."""
        if caption.id in self._gone or caption.revision <= self._revisions.get(caption.id, -1):
            return False
        self._remember(caption)
        entry = next((e for e in self._entries if e.caption.id == caption.id), None)
        if not caption.text.strip():
            self._drop(caption)
        elif entry is not None:
            self._update(entry, caption, at_s)
        else:
            _, since = self._waiting.get(caption.id, (caption, at_s))
            self._waiting[caption.id] = (caption, since)
            if len(self._waiting) > MAX_WAITING:
                self._waiting.pop(next(iter(self._waiting)))
        self.advance(at_s)
        return True

    def restyle(self, rules: BoardRules, breaker: LineBreaker) -> None:
        """Other limits and lines for what is on screen and for what follows."""
        self.rules, self._breaker, self._turn = rules, breaker, 0
        while len(self._entries) > rules.utterances:
            self._leave(self._entries[0])
        for entry in self._entries:
            entry.targets = self.current_targets()
            entry.passages, entry.lines = {}, {}
            self._update(entry, entry.caption, entry.changed_s)

    def advance(self, at_s: float) -> None:
        """Lets in who waits and lets go what was there long enough."""
        moving = True
        while moving:
            due = bool(self._entries) and self._entries[0].leaves_s <= at_s
            if due:
                self._leave(self._entries[0])
            moving = due or self._let_in(at_s)

    def _let_in(self, at_s: float) -> bool:
        caption, since = next(iter(self._waiting.values()), (None, 0.0))
        if caption is None:
            return False
        if len(self._entries) >= self.rules.utterances:
            oldest = self._leaver()
            read_s = oldest.changed_s + oldest.reading_s if oldest.caption.final else at_s + 1
            if at_s < min(read_s, since + MAX_WAIT_S):
                return False
            self._leave(oldest)
        del self._waiting[caption.id]
        self._enter(caption, at_s)
        return True

    def next_s(self) -> float | None:
        """When `advance` will have something to do, if nothing else happens."""
        times = [self._entries[0].leaves_s] if self._entries else []
        for _, since in self._waiting.values():
            oldest = self._leaver()
            read_s = oldest.changed_s + oldest.reading_s
            wait_s = since + MAX_WAIT_S
            times.append(min(wait_s, read_s) if oldest.caption.final else wait_s)
        return min(times, default=None)

    def current_targets(self) -> tuple[str, ...]:
        """The languages that a new utterance gets."""
        targets = self.rules.targets
        count = min(self.rules.columns, len(targets))
        return tuple(targets[(self._turn + i) % len(targets)] for i in range(count))

    def blocks(self) -> tuple[Block, ...]:
        """What is visible, oldest first: the newest rows within the limits."""
        room = self.rules.rows
        chosen: list[tuple[_Entry, list[tuple[Row, int]]]] = []
        for entry in reversed(self._entries):
            newest = self._rows(entry)[-room:] if room else []
            room -= len(newest)
            if newest:
                chosen.append((entry, newest))
        blocks: list[Block] = []
        for entry, numbered in reversed(chosen):
            rows = [row for row, _ in numbered]
            person, name = entry.caption.speaker_key, entry.caption.speaker
            chip = entry.opens or not blocks or blocks[-1].person != person
            beside = entry.opens and numbered[0][1] == 0 and self._leads(entry, rows[0].role)
            caption = entry.caption
            blocks.append(
                Block(caption.id, caption.revision, person, name, chip, beside, tuple(rows))
            )
        return tuple(blocks)

    def _enter(self, caption: Caption, at_s: float) -> None:
        if self._turn_s is None:
            self._turn_s = at_s
        elif at_s - self._turn_s >= self.rules.rotate_s:
            if len(self.rules.targets) > self.rules.columns:
                self._turn = (self._turn + self.rules.columns) % len(self.rules.targets)
            self._turn_s = at_s
        last = self._entries[-1].caption if self._entries else None
        opens = last is None or last.speaker_key != caption.speaker_key
        entry = _Entry(caption, self.current_targets(), at_s, opens)
        self._entries.append(entry)
        self._update(entry, caption, at_s)

    def _update(self, entry: _Entry, caption: Caption, at_s: float) -> None:
        new = passages(
            caption, entry.targets, self.rules.with_original, entry.passages, self._breaker.prepare
        )
        if new != entry.passages or caption.final != entry.caption.final:
            entry.changed_s = at_s
        entry.caption = caption
        entry.passages = new
        entry.lines = {
            column: self._breaker.wrap(
                passage,
                caption.speaker if entry.opens and self._leads(entry, passage.role) else None,
                entry.lines.get(column, ()),
            )
            for column, passage in new.items()
        }

    def _leads(self, entry: _Entry, role: str) -> bool:
        """Whether a role's first line stands beside the chip."""
        first = ORIGINAL if -1 in entry.passages else MAIN
        return role == first and (role == ORIGINAL or self.rules.columns == 1)

    def _rows(self, entry: _Entry) -> list[tuple[Row, int]]:
        """Rows with their line numbers, as many as an utterance may have."""
        original = _cells(entry, -1)
        mains = [_cells(entry, column) for column in sorted(entry.lines) if column >= 0]
        high = max(len(cells) for cells in mains)
        kept = min(high, self.rules.rows - (1 if original else 0))
        mains = [cells[max(0, len(cells) - kept) :] for cells in mains]
        spare = min(MAX_ORIGINAL, self.rules.rows - kept, len(original))
        rows = [(Row(ORIGINAL, (original[n],)), n) for n in _last(len(original), spare)]
        rows += [
            (Row(MAIN, tuple(c[k] if k < len(c) else None for c in mains)), high - kept + k)
            for k in range(kept)
        ]
        return rows

    def _leaver(self) -> _Entry:
        """The oldest utterance that is finished, else the oldest."""
        return next((e for e in self._entries if e.caption.final), self._entries[0])

    def _leave(self, entry: _Entry) -> None:
        self._entries.remove(entry)
        if entry.caption.final:
            self._gone.append(entry.caption.id)

    def _drop(self, caption: Caption) -> None:
        self._entries = [e for e in self._entries if e.caption.id != caption.id]
        self._waiting.pop(caption.id, None)
        if caption.final:
            self._gone.append(caption.id)

    def _remember(self, caption: Caption) -> None:
        self._revisions.pop(caption.id, None)
        self._revisions[caption.id] = caption.revision
        if len(self._revisions) > _REMEMBERED:
            self._revisions.pop(next(iter(self._revisions)))


def _last(length: int, count: int) -> range:
    return range(length - count, length)


def _cells(entry: _Entry, column: int) -> list[Cell]:
    lines: Sequence[str] = entry.lines.get(column, ())
    cells = []
    at = 0
    for line in lines:
        passage = entry.passages[column]
        cells.append(Cell(passage, line.rstrip(), max(0, min(len(line), passage.stable - at))))
        at += len(line)
    return cells
