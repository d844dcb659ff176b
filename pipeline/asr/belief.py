"""Which windows are believed, and which previous text may be told to the model."""

import logging
from collections import Counter
from dataclasses import replace

from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.whisper_guards import refusal

log = logging.getLogger(__name__)

_MOST_TRACKS = 64


class Belief:
    """Holds what was heard against the guards and remembers which tracks went wrong.

    After a refused utterance a track's previous text is not told to the model until an
    utterance was believed again: what was made up once would come again.
    """

    def __init__(self) -> None:
        self.refusals: Counter[str] = Counter()
        """Windows that were not believed, by reason."""
        self.languages: dict[str, str] = {}
        """Track -> the language that was last detected on it."""
        self._doubted: dict[str, None] = {}

    def context(self, piece: Piece) -> str:
        """The previous text that the model may be told."""
        return "" if piece.track in self._doubted else piece.context

    def judge(self, heard: Decoded, piece: Piece) -> Decoded | None:
        """What is believed of a window: None for a refused draft, no words for a refused end."""
        reason = refusal(heard)
        if reason:
            self.refusals[reason] += 1
            self._doubted[piece.track] = None
            if len(self._doubted) > _MOST_TRACKS:
                del self._doubted[next(iter(self._doubted))]
            log.debug("A window was not believed: %s", reason)
            return replace(heard, words=()) if piece.final else None
        if piece.final and heard.words:
            self._doubted.pop(piece.track, None)
        if heard.words and heard.language and not piece.language:
            self.languages[piece.track] = heard.language
        return heard
