"""What every track's ear works with."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.clock import Clock
from domain.events import Event
from domain.ports import Recognizer, Vad
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.effort import Effort
from pipeline.gates import Gate
from pipeline.hearing import HearingSettings
from pipeline.language import SpokenLanguages
from pipeline.people import People
from pipeline.sources import WordSources
from pipeline.speech_finder import VadThread


@dataclass(frozen=True, slots=True)
class EarParts:
    """Shared by all tracks of a meeting."""

    settings: HearingSettings
    clock: Clock
    recognizer: Recognizer | None
    new_vad: Callable[[], Vad]
    """Called off the loop."""
    vad_thread: VadThread
    people: People
    attribution: Attribution
    languages: SpokenLanguages
    lines: CaptionLines
    lag: CaptionLag
    gate: Gate
    sources: WordSources
    effort: Effort
    notify: Callable[[Event], None]
