"""Where speech begins and ends on one track: windows with probabilities in, utterances out."""

from collections import deque
from dataclasses import dataclass

from pipeline.hearing import HearingSettings
from pipeline.windows import WINDOW_S, Window


@dataclass(frozen=True, slots=True)
class Opened:
    """Speech began; the windows are the pre-roll and the speech up to now."""

    windows: tuple[Window, ...]
    speech_s: float
    """Where speech itself begins."""


@dataclass(frozen=True, slots=True)
class Continued:
    """One more window of the open utterance."""

    window: Window
    speech: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """The open utterance is over."""

    end_s: float
    """Where speech ended."""
    reason: str
    """silence, gap or end."""


Step = Opened | Continued | Closed


class Utterances:
    """Hysteresis over speech probabilities, with pre-roll; pure, one instance per track."""

    def __init__(self, settings: HearingSettings) -> None:
        self._settings = settings
        needed = max(1, round(settings.min_speech_s / WINDOW_S))
        self._needed = needed
        self._before: deque[Window] = deque(
            maxlen=needed + max(1, round(settings.pre_roll_s / WINDOW_S))
        )
        self._run = 0
        self._open = False
        self._speech_end_s = 0.0

    @property
    def open(self) -> bool:
        return self._open

    def step(self, window: Window, probability: float) -> list[Step]:
        """What one more window means."""
        steps: list[Step] = []
        if window.after_gap:
            steps = self.close("gap")
            self._before.clear()
            self._run = 0
        if self._open:
            return steps + self._inside(window, probability)
        return steps + self._outside(window, probability)

    def close(self, reason: str) -> list[Step]:
        """Ends the open utterance, if there is one."""
        if not self._open:
            return []
        self._open = False
        self._run = 0
        if reason != "silence":
            self._before.clear()
        while self._before and self._before[0].start_s < self._speech_end_s:
            self._before.popleft()
        return [Closed(self._speech_end_s, reason)]

    def _outside(self, window: Window, probability: float) -> list[Step]:
        self._before.append(window)
        self._run = self._run + 1 if probability >= self._settings.speech_threshold else 0
        if self._run < self._needed:
            return []
        windows = tuple(self._before)
        self._before.clear()
        self._open = True
        self._speech_end_s = window.end_s
        return [Opened(windows, windows[-self._run].start_s if self._run else window.start_s)]

    def _inside(self, window: Window, probability: float) -> list[Step]:
        speech = probability >= self._settings.silence_threshold
        if speech:
            self._speech_end_s = window.end_s
        steps: list[Step] = [Continued(window, speech)]
        self._before.append(window)
        silence_s = window.end_s - self._speech_end_s
        if silence_s >= self._settings.end_silence_s:
            steps += self.close("silence")
        return steps
