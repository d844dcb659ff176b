"""Who says what: contributing sources first, voices, lit tiles and captions where they fail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from domain.audio import MIX
from domain.hints import LoudnessHint, TileHint
from domain.speech import SpokenUpdate, Word
from pipeline.align import fold
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.evidence import Kind
from pipeline.hints_said import captions_said, tiles_said
from pipeline.people import People
from pipeline.tiles import Tiles
from pipeline.timeline import Change, Timeline
from pipeline.voices import Heard, Voices
from pipeline.word_speakers import Scene, WordSpeakers

_LEAST_SCORE = 0.3
_LEAST_LIKENESS = 0.4
_LEAST_DOUBT = 0.1
_VOICE_WEIGHT = 1.5
_TILE_LAG_S = 0.25
_HINTS_S = 180.0
_FIT_S = 3.0
"""Between two looks at which lag of the captions fits the voices."""
_CAPTIONS_QUIET_S = 15.0
_CAPTION_MARGIN_S = 0.3
LATE_S = 3.0
"""Words of the mix wait no longer than this for those who tell their speaker."""


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker and how unsure that is: 0 sure .. 1 a guess."""

    participant_id: str = ""
    speaker: str = ""
    doubt: float = 1.0


class Attribution:
    """Collects what Meet says of speakers and answers for a stretch of a track."""

    def __init__(
        self, people: People, lines: CaptionLines, lag: CaptionLag, *, rooms: bool = True
    ) -> None:
        self.voices = Voices(people, rooms=rooms)
        self._speakers = WordSpeakers(people, lines, self.voices)
        self._people = people
        self._lines = lines
        self._lag = lag
        self._sources = Timeline()
        self._tiles = Tiles()
        self._fitted_s = float("-inf")
        people.watch(self.present)

    def loudness(self, hint: LoudnessHint) -> None:
        """Takes whom a track carries."""
        if hint.participant_id and not self._people.is_self(hint.participant_id):
            self._sources.note(hint.track, hint.participant_id, hint.at_s)

    def tile(self, hint: TileHint) -> None:
        """Takes a tile that lights up or goes dark."""
        if not self._people.is_self(hint.participant_id):
            self._tiles.take(hint)

    def present(self, participant_ids: Collection[str], at_s: float) -> None:
        """Takes who is there from that moment on: nobody else's tile is lit any more."""
        self._tiles.present(participant_ids, at_s)

    def stream(self, track: str, at_s: float) -> str:
        """In which stream the voices of a track are told apart: that of the participant whom it
        carries, whichever track that is, or the track's own."""
        person = self._sources.at(track, at_s)
        return f"person {person}" if person else track

    def correlate(self, now_s: float) -> None:
        """Weighs anew whose the voices of every stream are; to be called about once a second."""
        spans = self._tiles.spans(now_s)
        tiles = tiles_said(span for span in spans if span[2] >= now_s - _HINTS_S)
        captions = captions_said(self._lines, now_s - _HINTS_S)
        fit = not self._lag.by_words and now_s - self._fitted_s >= _FIT_S
        if fit:
            self._fitted_s = now_s
        for stream in self.voices.streams():
            if stream.startswith("person "):
                self.voices.count(stream, stream.removeprefix("person "))
                continue
            if fit and (fitted_s := self.voices.lag_s(stream, captions)) is not None:
                self._lag.fit(fitted_s)
            lags_s = {Kind.CAPTION: self._lag.lag_s, Kind.TILE: _TILE_LAG_S}
            self.voices.name(stream, [*captions, *tiles], lags_s, now_s)

    def change(self, track: str, after_s: float, until_s: float) -> Change | None:
        """The first change of speaker on a track between two moments, the last its newest sound."""
        if self._sources.knows(track):
            return self._sources.change(track, after_s, until_s, until_s)
        if track in self.voices.streams():
            return self.voices.change(track, after_s, until_s)
        if track == MIX:
            return self._tiles.change(after_s, until_s)
        return None

    def settled_s(self, track: str, heard_s: float = float("-inf")) -> float:
        """Up to where a track's words can be told apart; infinite where nothing is waited for.

        Sound heard up to `heard_s` is settled after LATE_S in any case.
        """
        if self._sources.knows(track):
            return float("inf")
        settled_s = self.voices.frontier_s(track)
        if self._lines.last_s > heard_s - _CAPTIONS_QUIET_S and not self.voices.sure(track):
            settled_s = min(settled_s, heard_s - self._lag.lag_s - _CAPTION_MARGIN_S)
        return max(settled_s, heard_s - LATE_S)

    def split(self, track: str, update: SpokenUpdate, done: int) -> list[SpokenUpdate]:
        """An update as one for each speaker in it; the first has the id and at least the
        `done` words that were given out as stable."""
        if not update.words:
            return [update]
        stream = self.stream(track, update.start_s)
        if update.final:
            self.voices.hear(stream, update)
        apart = self._sources.knows(track)
        if apart and not (update.participant_id and self.voices.rooms(stream)):
            return [update]
        owner = update.participant_id if apart else ""
        scene = Scene(stream, self._tiles.spans(update.end_s + 1.0), self._lag.lag_s, owner)
        return self._speakers.split(update, done, scene)

    def named(self, participant_id: str, doubt: float = 0.0) -> Who:
        """A participant with name."""
        return Who(participant_id, self._people.name(participant_id), doubt)

    def who(self, track: str, start_s: float, end_s: float, words: Sequence[Word] = ()) -> Who:
        """Who speaks on a track between two moments; nobody where nothing tells."""
        if self._sources.knows(track):
            shares = self._sources.share(track, start_s, end_s)
            if shares:
                best = max(shares, key=lambda name: shares[name])
                length_s = max(end_s - start_s, 0.01)
                doubt = round(max(0.0, 1 - shares[best] / length_s), 2)
                stream = f"person {best}"
                heard = self.voices.of(stream, start_s, end_s)
                return self._shown(self.named(best, doubt), stream, heard)
        scores = self._tiles.shares(start_s, end_s)
        for name, score in self._caption_scores(start_s, end_s, words).items():
            scores[name] = scores.get(name, 0.0) + score
        heard = self.voices.of(track, start_s, end_s)
        if heard and heard.named and heard.named.participant_id:
            person = heard.named.participant_id
            gain = _VOICE_WEIGHT * (1 - heard.named.doubt) * heard.share
            scores[person] = scores.get(person, 0.0) + gain
        return self._shown(self._best(scores), track, heard)

    def placed(self, participant_id: str, start_s: float, end_s: float) -> Who:
        """A participant whom Meet's captions name, with the number of the voice in a room."""
        who = self.named(participant_id)
        for stream in (f"person {participant_id}", MIX):
            heard = self.voices.of(stream, start_s, end_s)
            if heard:
                return self._shown(who, stream, heard)
        return who

    def _shown(self, who: Who, stream: str, heard: Heard | None) -> Who:
        """With the name of an enrolled voice or the number of one of several."""
        if heard is None:
            return who
        named = heard.named
        person = named.participant_id if named else ""
        another = bool(who.participant_id) and person not in ("", who.participant_id)
        if another or (named is None and stream == MIX):
            return who
        speaker = self.voices.display(stream, heard.label, who.participant_id, who.speaker)
        told = named is not None and bool(speaker) and not who.speaker
        return Who(who.participant_id, speaker, named.doubt if named and told else who.doubt)

    def _best(self, scores: dict[str, float]) -> Who:
        """The participant of most evidence; nobody where there is too little."""
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < _LEAST_SCORE:
            return Who()
        best, top = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        doubt = 1 - min(1.0, top) * (1 - second / top)
        return self.named(best, round(max(_LEAST_DOUBT, doubt), 2))

    def _caption_scores(
        self, start_s: float, end_s: float, words: Sequence[Word]
    ) -> dict[str, float]:
        scores: dict[str, float] = {}
        ours = [fold(word.text) for word in words]
        lag_s = self._lag.lag_s
        for line in self._lines.recent(None, start_s):
            said = [
                fold(token.text)
                for token in line.late
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
