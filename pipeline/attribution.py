"""Who says what: contributing sources first, lit tiles and Meet's captions where they fail."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from domain.audio import MIX
from domain.hints import LoudnessHint, TileHint
from domain.speech import Word
from pipeline.align import fold
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.people import People
from pipeline.timeline import Change, Timeline

_TILES = "tiles"
_LEAST_SCORE = 0.3
_LEAST_LIKENESS = 0.4
_CAPTION_SPAN_S = 6.0
_LEAST_DOUBT = 0.1


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker and how unsure that is: 0 sure .. 1 a guess."""

    participant_id: str = ""
    speaker: str = ""
    doubt: float = 1.0


class Attribution:
    """Collects what Meet says of speakers and answers for a stretch of a track."""

    def __init__(self, people: People, lines: CaptionLines, lag: CaptionLag) -> None:
        self._people = people
        self._lines = lines
        self._lag = lag
        self._sources = Timeline()
        self._tiles = Timeline(hold_s=0.3, quiet_hold_s=0.45)
        self._lit: dict[str, float] = {}
        self._spans: deque[tuple[str, float, float]] = deque(maxlen=200)

    def loudness(self, hint: LoudnessHint) -> None:
        """Takes whom a track carries."""
        if hint.participant_id and not self._people.is_self(hint.participant_id):
            self._sources.note(hint.track, hint.participant_id, hint.at_s)

    def tile(self, hint: TileHint) -> None:
        """Takes a tile that lights up or goes dark."""
        if self._people.is_self(hint.participant_id):
            return
        if hint.speaking:
            self._lit.setdefault(hint.participant_id, hint.at_s)
        elif hint.participant_id in self._lit:
            begun_s = self._lit.pop(hint.participant_id)
            self._spans.append((hint.participant_id, begun_s, hint.at_s))
        if len(self._lit) == 1:
            self._tiles.note(_TILES, next(iter(self._lit)), hint.at_s)
        elif self._lit:
            self._tiles.note(_TILES, "", hint.at_s)

    def change(self, track: str, after_s: float, until_s: float) -> Change | None:
        """The first change of speaker on a track between two moments, the last its newest sound."""
        if self._sources.knows(track):
            return self._sources.change(track, after_s, until_s, until_s)
        if track == MIX:
            return self._tiles.change(_TILES, after_s, until_s, until_s)
        return None

    def named(self, participant_id: str, doubt: float = 0.0) -> Who:
        """A participant with name."""
        return Who(participant_id, self._people.name(participant_id), doubt)

    def who(self, track: str, start_s: float, end_s: float, words: Sequence[Word] = ()) -> Who:
        """Who speaks on a track between two moments; nobody where nothing tells."""
        length_s = max(end_s - start_s, 0.01)
        if self._sources.knows(track):
            shares = self._sources.share(track, start_s, end_s)
            if shares:
                best = max(shares, key=lambda name: shares[name])
                return self.named(best, round(max(0.0, 1 - shares[best] / length_s), 2))
        scores = self._tile_scores(start_s, end_s)
        for name, score in self._caption_scores(start_s, end_s, words).items():
            scores[name] = scores.get(name, 0.0) + score
        if not scores:
            return Who()
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        best, top = ranked[0]
        if top < _LEAST_SCORE:
            return Who()
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        doubt = 1 - min(1.0, top) * (1 - second / top) if top else 1.0
        return self.named(best, round(max(_LEAST_DOUBT, doubt), 2))

    def _tile_scores(self, start_s: float, end_s: float) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        spans = [*self._spans, *((name, begun, end_s) for name, begun in self._lit.items())]
        for name, begin, end in spans:
            scores[name] += max(0.0, min(end, end_s) - max(begin, start_s))
        length_s = max(end_s - start_s, 0.01)
        return {name: seconds / length_s for name, seconds in scores.items() if seconds > 0}

    def _caption_scores(
        self, start_s: float, end_s: float, words: Sequence[Word]
    ) -> dict[str, float]:
        scores: dict[str, float] = {}
        ours = [fold(word.text) for word in words]
        lag_s = self._lag.lag_s
        for line in self._lines.recent(None, start_s):
            said = [
                fold(token.text)
                for token in line.tokens
                if start_s - 1.0 <= token.first_s - lag_s <= end_s + 1.0
            ]
            if not said or not line.participant_id:
                continue
            score = 0.35
            if len(ours) >= 2:
                matcher = SequenceMatcher(None, ours, said, autojunk=False)
                alike = sum(block.size for block in matcher.get_matching_blocks()) / len(ours)
                score = alike if alike >= _LEAST_LIKENESS else 0.1
            scores[line.participant_id] = max(score, scores.get(line.participant_id, 0.0))
        return scores
