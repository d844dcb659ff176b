"""Where each participant's words come from: the sound or Meet's captions, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from domain.clock import Clock
from domain.engines import EngineInfo
from domain.events import Event, Notice
from domain.languages import name as language_name
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines, Line
from pipeline.hearing import HearingSettings
from pipeline.language import SpokenLanguages

CAPTIONS_ONLY = "meet-captions"
_SOUND_NEAR_S = 4.0
_CAPTIONLESS_AFTER = 2
_BROKEN_AFTER = 3
_CAPTIONS_REST_S = 30.0
"""Captions that rested longer are taken for switched off."""
_PROBE_S = 25.0
"""How often one utterance tries a recogniser that does not work, and how often that is told."""


class Choice(StrEnum):
    """Where a participant's words come from."""

    SOUND = "sound"
    CAPTIONS = "captions"
    HOLD = "hold"
    """Not known yet: words wait."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the choice rests on."""

    languages: SpokenLanguages
    lines: CaptionLines
    lag: CaptionLag
    attribution: Attribution


class Choices:
    """Decides per participant, and tells every decision once.

    `engine` says what the recogniser in use can do at that moment; None where there is none.
    """

    def __init__(
        self,
        settings: HearingSettings,
        clock: Clock,
        engine: Callable[[], EngineInfo | None],
        knowledge: Knowledge,
        notify: Callable[[Event], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._engine = engine
        self._know = knowledge
        self._notify = notify
        self._told: dict[str, Choice] = {}
        self._spoke_s: dict[str, float] = {}
        self._timeouts = 0
        self._failures = 0
        self._told_failed_s = float("-inf")
        self._probed_s = float("-inf")
        self._probe = ""

    def of(self, participant_id: str) -> Choice:
        """Where this participant's words come from at present."""
        engine, wanted = self._engine(), self._settings.engine
        if engine is None or CAPTIONS_ONLY in (wanted, engine.name):
            return Choice.CAPTIONS
        if wanted != "auto":
            return Choice.SOUND
        if self.broken and self._captions_live:
            return Choice.CAPTIONS
        return self._by_language(engine.languages, participant_id)

    def _by_language(self, spoken: frozenset[str], participant_id: str) -> Choice:
        language = self._know.languages.of(participant_id)
        possible = frozenset({language}) if language else self._know.languages.possible()
        if not spoken or (possible and possible <= spoken):
            return Choice.SOUND
        if possible and not possible & spoken:
            return Choice.CAPTIONS
        captionless = not self._know.lines.seen and self._timeouts >= _CAPTIONLESS_AFTER
        return Choice.SOUND if captionless else Choice.HOLD

    @property
    def broken(self) -> bool:
        """The recogniser failed several times one after the other and has not worked since."""
        return self._failures >= _BROKEN_AFTER

    def probes(self, utterance_id: str) -> bool:
        """Whether an utterance whose words come from captions is to try a broken recogniser."""
        if not self.broken or self._settings.engine != "auto" or self._engine() is None:
            return False
        now_s = self._clock.now_s()
        if now_s - self._probed_s >= _PROBE_S:
            self._probed_s, self._probe = now_s, utterance_id
        return utterance_id == self._probe

    @property
    def _captions_live(self) -> bool:
        return self._clock.now_s() - self._know.lines.last_s <= _CAPTIONS_REST_S

    def speech(self, participant_id: str, at_s: float) -> None:
        """A track brought speech of a participant, or of somebody unknown."""
        self._spoke_s[participant_id] = max(at_s, self._spoke_s.get(participant_id, at_s))

    def unheard(self, line: Line) -> bool:
        """Nobody was heard in the sound who could have said this line."""
        heard = [self._spoke_s.get(key) for key in (line.participant_id, "")]
        near_s = line.born_s - self._know.lag.lag_s - _SOUND_NEAR_S
        return all(at_s is None or at_s < near_s for at_s in heard)

    def recognised(self) -> None:
        """The recogniser works."""
        if self.broken:
            self.say("The recogniser works again.")
        self._failures = 0
        self._probe = ""

    def failed(self, reason: str) -> None:
        """The recogniser failed on an utterance."""
        self._failures += 1
        now_s = self._clock.now_s()
        if self.broken:
            self._probed_s, self._probe = now_s, ""
        if self._failures <= _BROKEN_AFTER or now_s - self._told_failed_s >= _PROBE_S:
            self._told_failed_s = now_s
            self._notify(Notice("engine_failed", reason, now_s))
        if self._failures == _BROKEN_AFTER:
            live = "words come from Meet's captions" if self._captions_live else "words are missing"
            self.say(f"The recogniser does not work; {live}. It is tried again.")

    def waited_in_vain(self) -> None:
        """Words waited for a caption that did not come."""
        self._timeouts += 1
        if self._timeouts == _CAPTIONLESS_AFTER and not self._know.lines.seen:
            self.say("Meet shows no captions; words come from the sound alone.")

    def tell(self, participant_id: str, choice: Choice) -> None:
        """Says where a participant's words come from, if that is new."""
        if self._told.get(participant_id) == choice or choice == Choice.HOLD:
            return
        self._told[participant_id] = choice
        code = self._know.languages.of(participant_id)
        language = f" ({language_name(code)})" if code else ""
        engine = self._engine()
        by = engine.name if engine else "nobody"
        source = f"the sound, by {by}" if choice == Choice.SOUND else "Meet's captions"
        person = self._know.attribution.named(participant_id).speaker or "Unnamed speakers"
        self.say(f"{person}{language}: words come from {source}.")

    def say(self, text: str) -> None:
        """A notice of the kind word_source."""
        self._notify(Notice("word_source", text, self._clock.now_s()))
