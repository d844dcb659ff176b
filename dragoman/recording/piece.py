"""One piece of one track while it grows, in memory."""

from domain.audio import SAMPLE_RATE, Frame

LONGEST_S = 29.0
"""A piece ends then: with the writing of it a kill loses less than 30 s."""
MOST_SILENCE_S = 2.0
"""So much may be missing between two frames; more begins a new piece."""
_SLACK = round(0.02 * SAMPLE_RATE)
"""A frame that comes this much after its place is put behind the one before …"""
_BACK = round(0.1 * SAMPLE_RATE)
"""… and one that overlaps it by so much too: clocks settle when a track begins."""


class GrowingPiece:
    """Frames of one track on one time line; what is missing between them is silence."""

    def __init__(self, frame: Frame) -> None:
        self.track = frame.track
        self.start_s = frame.start_s
        self.people: dict[str, None] = {}
        self._sound = bytearray()
        self._index: list[str] = []

    @property
    def samples(self) -> int:
        """On the time line so far."""
        return len(self._sound) // 2

    @property
    def end_s(self) -> float:
        return self.start_s + self.samples / SAMPLE_RATE

    @property
    def pcm(self) -> bytes:
        """The time line."""
        return bytes(self._sound)

    @property
    def index(self) -> str:
        """A line for each frame: start, arrival, samples, place in the piece."""
        return "".join(self._index)

    def takes(self, frame: Frame) -> bool:
        """Whether the frame still belongs into this piece."""
        beyond = self._place(frame) - self.samples
        fits = frame.end_s - self.start_s <= LONGEST_S
        return fits and -_BACK <= beyond <= MOST_SILENCE_S * SAMPLE_RATE

    def add(self, frame: Frame, came_s: float) -> None:
        """Puts a frame where it belongs."""
        beyond = self._place(frame) - self.samples
        if beyond > _SLACK:
            self._sound.extend(bytes(2 * beyond))
        place = self.samples
        self._sound.extend(frame.pcm)
        count = len(frame.pcm) // 2
        self._index.append(f"{frame.start_s:.6f} {came_s:.6f} {count} {place}\n")

    def _place(self, frame: Frame) -> int:
        return round((frame.start_s - self.start_s) * SAMPLE_RATE)
