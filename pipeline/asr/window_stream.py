"""An utterance in an engine that hears whole windows: drafts of the growing one, then the end."""

import asyncio
import logging

from domain.errors import EngineError
from domain.languages import joiner
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.decoded import Decoded, Decoder, Piece
from pipeline.asr.growing_window import GrowingWindow

log = logging.getLogger(__name__)

_LEAST_S = 0.6
"""Shorter sound gives no draft."""
_MOST_CONTEXT = 200
"""Characters of previous text."""
_MOST_FAILURES = 2
"""Drafts that may fail before the utterance waits for its end."""


class WindowStream:
    """Feeding never waits for the engine: the draft of earlier sound comes with later sound.

    A draft begins when the one before has ended and `step_s` of sound came since; 0 gives none.
    """

    def __init__(self, decoder: Decoder, request: RecognitionRequest, step_s: float) -> None:
        self._decoder = decoder
        self._request = request
        self._step_s = step_s
        self._language = request.language
        self._window = GrowingWindow()
        self._draft: asyncio.Task[Decoded | None] | None = None
        self._draft_start_s = 0.0
        self._failures = 0

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Hears more sound; the words of the last draft, if one has come since."""
        self._window.add(pcm)
        news = self._collect()
        if self._draft is None and self._due():
            sound = self._window.take()
            self._draft_start_s = self._window.start_s
            piece = self._piece(sound, self._window.kept, final=False)
            self._draft = asyncio.create_task(self._decoder.decode(piece))
        return news

    async def finish(self) -> Hypothesis:
        """The final hypothesis, from the whole utterance. Raises EngineError."""
        await self._drop_draft()
        words, pieces = self._window.last()
        for start_s, pcm in pieces:
            if pcm:
                words += await self._decode(self._piece(pcm, words, final=True), start_s)
        return Hypothesis(words, self._language, final=True, stable=len(words))

    async def aclose(self) -> None:
        """Drops a draft that is still under way."""
        await self._drop_draft()

    def _due(self) -> bool:
        if not self._step_s or self._failures >= _MOST_FAILURES:
            return False
        return self._window.heard_s >= _LEAST_S and self._window.fresh_s >= self._step_s

    def _collect(self) -> Hypothesis | None:
        if self._draft is None or not self._draft.done():
            return None
        draft, self._draft = self._draft, None
        if draft.cancelled():
            return None
        try:
            decoded = draft.result()
        except EngineError as error:
            self._failures += 1
            log.info("A draft failed: %s", type(error).__name__)
            return None
        self._failures = 0
        if decoded is None:
            return None
        self._language = self._language or decoded.language
        words = self._window.accept(decoded.words, self._draft_start_s)
        return Hypothesis(words, self._language, stable=len(self._window.kept)) if words else None

    async def _decode(self, piece: Piece, start_s: float) -> tuple[Word, ...]:
        decoded = await self._decoder.decode(piece)
        if decoded is None:
            return ()
        self._language = self._language or decoded.language
        return tuple(
            Word(w.text, w.start_s + start_s, w.end_s + start_s, w.confidence)
            for w in decoded.words
        )

    def _piece(self, pcm: bytes, before: tuple[Word, ...], *, final: bool) -> Piece:
        """Sound with what was said before it: before this utterance, and earlier in it."""
        request = self._request
        said = joiner(self._language).join(word.text for word in before)
        context = " ".join(part for part in (request.context, said) if part)
        return Piece(
            pcm,
            request.track,
            self._language,
            request.terms,
            final,
            context[-_MOST_CONTEXT:],
        )

    async def _drop_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is None:
            return
        draft.cancel()
        await asyncio.wait([draft])
        if not draft.cancelled() and (error := draft.exception()):
            log.info("A draft failed: %s", type(error).__name__)
