"""What becomes known of final words after they were given out: their speaker, and what the
second source of words made of them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from domain.speech import OtherWords, SpokenUpdate
from pipeline.choices import CAPTIONS_ONLY, Knowledge
from pipeline.fusion import Piece, complete, heard_words, other_words, piece_of

REMEMBER_S = 120.0
_SURE = 0.6
"""The most doubt with which a name is given afterwards."""
_ASK_AGAIN_S = 1.0
_OTHER_WAIT_S = 6.0
"""Longest wait for captions beyond their lag."""


@dataclass(slots=True)
class _Final:
    update: SpokenUpdate
    track: str
    """Empty where the words come from captions."""
    sent_s: float
    asked_s: float
    settled: bool = False
    """The second source is known, or does not come."""


class Afterthoughts:
    """Remembers final updates for a while and makes later ones of the same ids."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._know = knowledge
        self._finals: deque[_Final] = deque(maxlen=400)
        self._claimed: dict[str, int] = {}
        self._unshown: deque[SpokenUpdate] = deque(maxlen=50)

    def sent(self, update: SpokenUpdate, track: str, now_s: float) -> None:
        """A final update with words was given out."""
        if update.words:
            self._finals.append(_Final(update, track, now_s, now_s))

    def unshown(self, update: SpokenUpdate) -> None:
        """A final update from sound is not given out, for its words come from captions."""
        if update.final and update.words:
            self._unshown.append(update)

    def due(self, now_s: float, *, last: bool = False) -> Iterator[SpokenUpdate]:
        """Later updates of final utterances; with `last`, whatever can still be said."""
        while self._finals and now_s - self._finals[0].sent_s > REMEMBER_S:
            self._finals.popleft()
        for final in self._finals:
            before = final.update
            if not (before.speaker or before.participant_id) and (
                last or now_s - final.asked_s >= _ASK_AGAIN_S
            ):
                final.asked_s = now_s
                final.update = self._named(final)
            if not final.settled:
                other = self._other(final, now_s, last=last)
                if other:
                    final.update = replace(final.update, other=other)
            if final.update != before:
                yield final.update

    def _named(self, final: _Final) -> SpokenUpdate:
        update = final.update
        who = self._know.attribution.who(final.track, update.start_s, update.end_s, update.words)
        if who.doubt > _SURE or not (who.speaker or who.participant_id):
            return update
        return replace(
            update, participant_id=who.participant_id, speaker=who.speaker, doubt=who.doubt
        )

    def _other(self, final: _Final, now_s: float, *, last: bool) -> OtherWords | None:
        update = final.update
        if update.engine == CAPTIONS_ONLY:
            final.settled = True
            return self._of_sound(update)
        lag_s = self._know.lag.lag_s
        late = last or now_s > update.end_s + lag_s + _OTHER_WAIT_S
        pieces = self._pieces(update, lag_s)
        ready = pieces and all(complete(update, p.line, lag_s, now_s) for p in pieces)
        if not ready and not late:
            return None
        if update.participant_id or late:
            final.settled = True
            for piece in pieces:
                self._claimed[piece.line.key] = piece.first + len(piece.tokens)
            return other_words(update, pieces)
        return None

    def _pieces(self, update: SpokenUpdate, lag_s: float) -> list[Piece]:
        """Captions of the same participant and time; of nobody's words there are none."""
        if not update.participant_id:
            return []
        lines = self._know.lines.recent(update.participant_id, update.start_s)
        found = (piece_of(update, line, self._claimed.get(line.key, 0), lag_s) for line in lines)
        pieces = sorted((p for p in found if p), key=lambda p: p.tokens[0].first_s)
        self._forget_lines()
        return pieces

    def _of_sound(self, update: SpokenUpdate) -> OtherWords | None:
        for heard in self._unshown:
            mine = heard.participant_id in ("", update.participant_id)
            near = heard.start_s < update.end_s and update.start_s < heard.end_s
            if mine and near:
                return heard_words(update, heard)
        return None

    def _forget_lines(self) -> None:
        while len(self._claimed) > 200:
            del self._claimed[next(iter(self._claimed))]
