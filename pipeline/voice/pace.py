"""The rule by which speech stays close behind: what is spoken next, and how fast."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PaceSettings:
    """The rule's figures. `behind` counts from the end of the original speech."""

    calm_s: float = 3.0
    """Up to here the voice keeps its own pace."""
    late_s: float = 8.0
    """Up to here it speaks faster and faster; beyond it sentences are skipped."""
    fastest: float = 1.4
    stale_s: float = 20.0
    """Beyond it even the newest sentence is skipped."""
    most_waiting: int = 12
    """Sentences that may wait; the oldest goes."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translation that waits to be spoken."""

    caption_id: str
    text: str
    speaker_key: str
    end_s: float
    """When the original ended."""


@dataclass(slots=True)
class Backlog:
    """The sentences of one language that wait, in the order in which the originals ended.

    Up to `calm_s` behind, speech has its own pace; from there to `late_s` it gets faster, up
    to `fastest`; a sentence beyond `late_s` is skipped, oldest first, while a newer one
    waits, and beyond `stale_s` in any case. A speaker's sentences keep their order: one that
    comes after a later one of the same speaker was taken is skipped.
    """

    settings: PaceSettings = field(default_factory=PaceSettings)
    skipped: int = 0
    """Sentences that were never spoken."""
    _waiting: list[Sentence] = field(default_factory=list)
    _taken_s: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, sentence: Sentence) -> None:
        """A new sentence."""
        if sentence.end_s < self._taken_s.get(sentence.speaker_key, float("-inf")):
            self.skipped += 1
            return
        self._waiting.append(sentence)
        self._waiting.sort(key=lambda each: each.end_s)
        if len(self._waiting) > self.settings.most_waiting:
            self._waiting.pop(0)
            self.skipped += 1

    def take(self, start_s: float) -> tuple[Sentence, float] | None:
        """The sentence whose speech is to begin at a moment, and its speed; None if none is."""
        while self._waiting:
            sentence = self._waiting.pop(0)
            behind_s = start_s - sentence.end_s
            late = behind_s > self.settings.late_s and self._waiting
            if late or behind_s > self.settings.stale_s:
                self.skipped += 1
                continue
            self._taken_s[sentence.speaker_key] = sentence.end_s
            return sentence, self.speed(behind_s)
        return None

    def speed(self, behind_s: float) -> float:
        """How fast a sentence is spoken that begins so far behind."""
        rule = self.settings
        if behind_s <= rule.calm_s:
            return 1.0
        share = min(1.0, (behind_s - rule.calm_s) / (rule.late_s - rule.calm_s))
        return round(1.0 + share * (rule.fastest - 1.0), 3)
