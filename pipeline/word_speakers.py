"""Word by word, who says it: captions of the same words, lit tiles and voices weighed together,
and a line drawn where the speaker changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from domain.speech import SpokenUpdate, Word
from pipeline.align import fold
from pipeline.asr.meet_captions import timed
from pipeline.caption_lines import CaptionLines, Line
from pipeline.people import People
from pipeline.turns import Span
from pipeline.voices import Voices

_SAME_WORD = 1.0
_SHORT_WORD = 0.5
_SAME_TIME = 0.3
_LONG = 5
_APART_S = 1.2
_REACH_S = 2.0
_TILE = 0.5
_TILE_LAG_S = 0.25
_VOICE = 1.5
_MERGED = 0.5
_OF_LATE_S = 60.0
_STRANGER = 0.45
_NOBODY = 0.3
_SWITCH = 0.8
_SWITCH_PAUSE = 0.4
_SWITCH_VOICE = 0.3
_PAUSE_S = 0.3
_LEAST_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody a word may be of: a participant, or a voice without one, or nobody known."""

    participant_id: str = ""
    label: str = ""
    """The voice, where the participant has several or is not known."""


Scores = dict[Speaker, float]


def along(scores: Sequence[Mapping[Speaker, float]], costs: Sequence[float]) -> list[Speaker]:
    """The speakers with the best sum of scores, less a cost for each change before a word."""
    people = sorted(
        {who for row in scores for who in row}, key=lambda who: (who.participant_id, who.label)
    )
    if not people:
        return [Speaker() for _ in scores]
    best = {who: scores[0].get(who, 0.0) for who in people}
    back: list[dict[Speaker, Speaker]] = []
    for row, cost in zip(scores[1:], costs[1:], strict=True):
        leader = max(people, key=lambda who: best[who])
        came = {who: who if best[who] >= best[leader] - cost else leader for who in people}
        best = {
            who: best[came[who]] - (cost if came[who] != who else 0.0) + row.get(who, 0.0)
            for who in people
        }
        back.append(came)
    line = [max(people, key=lambda who: best[who])]
    for came in reversed(back):
        line.append(came[line[-1]])
    return line[::-1]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of a track beside its words."""

    stream: str
    tiles: Sequence[tuple[str, float, float]]
    lag_s: float
    owner: str = ""
    """The participant whom the track carries; then only voices behind it are told apart."""


class WordSpeakers:
    """Gives the words of an utterance to their speakers."""

    def __init__(self, people: People, lines: CaptionLines, voices: Voices) -> None:
        self._people = people
        self._lines = lines
        self._voices = voices

    def split(self, update: SpokenUpdate, done: int, scene: Scene) -> list[SpokenUpdate]:
        """An update as one for each speaker in turn; the first has the id and at least the
        `done` words that were given out as stable."""
        words = update.words
        scores = self.scores(words, update.language, scene)
        labels = [self._voices.label(scene.stream, word.start_s, word.end_s) for word in words]
        line = along(scores, _costs(words, labels))
        line[:done] = [_most(line[:done])] * done
        borders = [i for i in range(1, len(line)) if line[i] != line[i - 1]]
        parts = []
        for number, (first, last) in enumerate(
            zip([0, *borders], [*borders, len(words)], strict=True)
        ):
            said = replace(
                update,
                utterance_id=f"{update.utterance_id}~{number}" if number else update.utterance_id,
                words=words[first:last],
                stable=last - first,
                start_s=words[first].start_s if number else update.start_s,
                end_s=words[last - 1].end_s if last < len(words) else update.end_s,
            )
            parts.append(self._given(said, line[first], scores[first:last], scene))
        return parts

    def scores(self, words: Sequence[Word], language: str, scene: Scene) -> list[Scores]:
        """What speaks for whom, word by word."""
        if scene.owner:
            return [{self._behind(word, scene): 1.0} for word in words]
        rows: list[Scores] = [{Speaker(): _NOBODY} for _ in words]
        for person, gains in self._captions(words, language, scene.lag_s).items():
            for row, gain in zip(rows, gains, strict=True):
                _add(row, Speaker(person), gain)
        for row, word in zip(rows, words, strict=True):
            self._by_tiles(row, word, scene.tiles)
            self._by_voice(row, word, scene.stream)
        return rows

    def _behind(self, word: Word, scene: Scene) -> Speaker:
        label = self._voices.label(scene.stream, word.start_s, word.end_s)
        room = self._voices.rooms(scene.stream).get(scene.owner, ())
        return Speaker(scene.owner, label if label in room else "")

    def _captions(
        self, words: Sequence[Word], language: str, lag_s: float
    ) -> dict[str, list[float]]:
        """The best that any line of a participant says for each word."""
        gains: dict[str, list[float]] = {}
        since_s = words[0].start_s - _REACH_S
        for line in self._lines.recent(None, since_s):
            if not line.participant_id:
                continue
            mine = _line_gains(words, language, line, lag_s)
            old = gains.get(line.participant_id)
            gains[line.participant_id] = (
                [max(a, b) for a, b in zip(old, mine, strict=True)] if old else mine
            )
        return gains

    def _by_tiles(self, row: Scores, word: Word, tiles: Iterable[tuple[str, float, float]]) -> None:
        middle_s = (word.start_s + word.end_s) / 2
        lit = {p for p, on, off in tiles if on - _TILE_LAG_S <= middle_s <= off - _TILE_LAG_S}
        for person in lit:
            _add(row, Speaker(person), _TILE / len(lit))

    def _by_voice(self, row: Scores, word: Word, stream: str) -> None:
        """The word's voice for its participant; a voice with a number takes that place."""
        label = self._voices.label(stream, word.start_s, word.end_s)
        named = self._voices.named(stream, label) if label else None
        if not label:
            return
        if named is None or not named.participant_id:
            _add(row, Speaker("", label), _STRANGER if named is None else _VOICE)
            return
        person = named.participant_id
        # A voice that is as often somebody else's tells nothing, and one that is said to be that
        # of somebody who has no voice yet may be two that were not told apart.
        sure = _VOICE * max(0.0, 1 - 2 * named.doubt)
        told = [who.participant_id for who, gain in row.items() if gain >= _SHORT_WORD]
        known = self._voices.owners(stream)
        if any(other and other not in known and self._speaks(other, word) for other in told):
            sure *= _MERGED
        if label not in self._voices.rooms(stream).get(person, ()):
            _add(row, Speaker(person), sure)
            return
        gain = row.pop(Speaker(person), 0.0)
        _add(row, Speaker(person, label), gain + sure)

    def _speaks(self, participant_id: str, word: Word) -> bool:
        """Captions named the participant more than once of late."""
        lines = self._lines.recent(participant_id, word.start_s - _OF_LATE_S)
        return sum(1 for _ in lines) > 1

    def _given(
        self, update: SpokenUpdate, who: Speaker, rows: Sequence[Scores], scene: Scene
    ) -> SpokenUpdate:
        person = who.participant_id
        name = self._people.name(person)
        label = who.label or self._voices.label(scene.stream, update.start_s, update.end_s)
        mine = self._voices.named(scene.stream, label) if label else None
        if scene.owner or (mine and mine.participant_id == person):
            name = self._voices.display(scene.stream, label, person, name)
        doubt = _doubt(rows, who)
        if scene.owner:
            doubt = update.doubt
        elif not person:
            doubt = mine.doubt if mine and name else 1.0
        return replace(update, participant_id=person, speaker=name, doubt=round(doubt, 2))


def _line_gains(words: Sequence[Word], language: str, line: Line, lag_s: float) -> list[float]:
    """What one line of captions says for its participant having said each word."""
    placed = timed(line.late, lag_s, None)
    first_s, last_s = words[0].start_s - _REACH_S, words[-1].end_s + _REACH_S
    near = [word for word in placed if word.end_s >= first_s and word.start_s <= last_s]
    spans: list[Span] = [(word.start_s, word.end_s) for word in near]
    gains = [
        _SAME_TIME if any(a < word.end_s and word.start_s < b for a, b in spans) else 0.0
        for word in words
    ]
    if language and line.language and language != line.language:
        return gains
    ours, theirs = [fold(word.text) for word in words], [fold(word.text) for word in near]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            mine, other = words[block.a + step], near[block.b + step]
            if abs(mine.end_s - other.end_s) <= _APART_S:
                sure = block.size > 1 or len(mine.text) >= _LONG
                gains[block.a + step] = _SAME_WORD if sure else _SHORT_WORD
    return gains


def _costs(words: Sequence[Word], labels: Sequence[str]) -> list[float]:
    """What a change of speaker before each word costs."""
    costs = [0.0]
    for index in range(1, len(words)):
        if labels[index] and labels[index - 1] and labels[index] != labels[index - 1]:
            costs.append(_SWITCH_VOICE)
        elif words[index].start_s - words[index - 1].end_s >= _PAUSE_S:
            costs.append(_SWITCH_PAUSE)
        else:
            costs.append(_SWITCH)
    return costs


def _most(line: Sequence[Speaker]) -> Speaker:
    return max(line, key=line.count) if line else Speaker()


def _doubt(rows: Sequence[Scores], who: Speaker) -> float:
    mine = sum(row.get(who, 0.0) for row in rows) / len(rows)
    others: Scores = {}
    for row in rows:
        for other, gain in row.items():
            if other not in (who, Speaker()):
                others[other] = others.get(other, 0.0) + gain / len(rows)
    second = max(others.values(), default=0.0)
    share = max(0.0, 1 - second / mine) if mine > 0 else 0.0
    return max(_LEAST_DOUBT, 1 - min(1.0, mine) * share)


def _add(row: Scores, who: Speaker, gain: float) -> None:
    if gain:
        row[who] = row.get(who, 0.0) + gain
