"""Speech in pieces of one voice each, as far as pauses tell."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.audio import SAMPLE_RATE
from domain.ports import Vad
from pipeline.diarization.spectra import Floats, samples_of

WINDOW = 512
_BYTES = WINDOW * 2
_WINDOW_S = WINDOW / SAMPLE_RATE
_OPEN_WINDOWS = 3
_OPEN = 0.5
_CLOSE = 0.35
_PAUSE_WINDOWS = 8
"""About 0.25 s of silence end a piece."""
_JUMP_S = 0.1
"""Sound that begins so far from where the sound before ended is another stretch."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Speech without a pause."""

    start_s: float
    end_s: float
    samples: Floats

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


class PieceCutter:
    """Cuts a track's sound into pieces of speech, `longest_s` at most."""

    def __init__(self, vad: Callable[[], Vad], longest_s: float = 2.0) -> None:
        self._vad = vad()
        self._most = round(longest_s / _WINDOW_S)
        self._rest = b""
        self._next_s: float | None = None
        self._speech: list[bytes] = []
        self._start_s = 0.0
        self._silent = 0
        self._rising: list[bytes] = []

    def feed(self, pcm: bytes, start_s: float) -> list[Piece]:
        """The pieces that ended within PCM16 that begins at `start_s`."""
        done: list[Piece] = []
        if self._next_s is None or abs(start_s - self._next_s) > _JUMP_S:
            done += self.finish()
            self._next_s = start_s
        sound = self._rest + pcm
        whole = len(sound) // _BYTES * _BYTES
        self._rest = sound[whole:]
        for at in range(0, whole, _BYTES):
            window = sound[at : at + _BYTES]
            begin_s = start_s + (at - len(sound) + len(pcm)) / 2 / SAMPLE_RATE
            if piece := self._window(window, begin_s):
                done.append(piece)
        self._next_s = start_s + len(pcm) / 2 / SAMPLE_RATE
        return done

    def finish(self) -> list[Piece]:
        """What was still spoken; the next sound begins anew."""
        piece = self._end(len(self._speech) - self._silent) if self._speech else None
        self._vad.reset()
        self._rest = b""
        self._rising.clear()
        return [piece] if piece else []

    def _window(self, window: bytes, begin_s: float) -> Piece | None:
        probability = self._vad.probability(window)
        if not self._speech:
            self._open(window, begin_s, probability)
            return None
        self._speech.append(window)
        self._silent = self._silent + 1 if probability < _CLOSE else 0
        if self._silent >= _PAUSE_WINDOWS:
            return self._end(len(self._speech) - self._silent)
        if len(self._speech) - self._silent >= self._most:
            piece = self._end(len(self._speech))
            self._speech = []
            self._rising = [window] * _OPEN_WINDOWS  # speech goes on without opening again
            return piece
        return None

    def _open(self, window: bytes, begin_s: float, probability: float) -> None:
        goes_on = len(self._rising) == _OPEN_WINDOWS
        if probability < _OPEN:
            self._rising.clear()
            return
        if goes_on:
            self._speech, self._start_s = [window], begin_s
        else:
            self._rising.append(window)
            if len(self._rising) < _OPEN_WINDOWS:
                return
            self._speech = list(self._rising)
            self._start_s = begin_s - (_OPEN_WINDOWS - 1) * _WINDOW_S
        self._rising = []
        self._silent = 0

    def _end(self, windows: int) -> Piece | None:
        pcm = b"".join(self._speech[:windows])
        self._speech = []
        self._silent = 0
        if not pcm:
            return None
        return Piece(self._start_s, self._start_s + len(pcm) / 2 / SAMPLE_RATE, samples_of(pcm))
