"""One utterance while it is spoken: its sound, its stream in the engine, its words so far."""

from dataclasses import replace
from math import inf

from domain.languages import joiner
from domain.speech import Hypothesis, SpokenUpdate, Word
from pipeline.attribution import Who
from pipeline.ear_parts import EarParts
from pipeline.gates import Evidence
from pipeline.hearer import Hearer
from pipeline.quality import over_background, quality
from pipeline.sound import Sound
from pipeline.stabilise import Stabiliser, drafts_for
from pipeline.windows import WINDOW_S, Window

_MOST_MOVE_S = 0.4
_NAMES_REACH_S = 30.0


class LiveUtterance:
    """Heard piece by piece; every update goes to the word sources."""

    def __init__(
        self, parts: EarParts, utterance_id: str, track: str, speech_s: float, owner: str = ""
    ) -> None:
        self.id = utterance_id
        self.sound = Sound()
        self.speech_s = speech_s
        self.speech_end_s = speech_s
        self._parts = parts
        self._track = track
        self.owner = owner
        """Whose it is, where a change of speaker told; else empty."""
        self._voiced: list[float] = []
        self._fed = 0
        self._shown = False
        self._stabiliser = Stabiliser(
            drafts_for(parts.recognizer.info.name if parts.recognizer else "")
        )
        self._hearer = Hearer(parts, track)
        self.said = ""
        """Once it is finished, what was said, where that was believed."""

    def add(self, window: Window, speech: bool) -> None:
        """One more window of sound."""
        self.sound.append(window.pcm, window.start_s)
        if speech:
            self._voiced.append(window.start_s)
            self.speech_end_s = window.end_s

    def follows(self, context: str) -> None:
        """What was said on the track before; to be told before it is heard."""
        self._hearer.context = context

    @property
    def stable_end_s(self) -> float:
        """End of the last stable word, or the start of speech."""
        words = self._stabiliser.stable
        return words[-1].end_s if words else self.speech_s

    @property
    def waiting_s(self) -> float:
        """Sound that the engine has not heard yet."""
        return (len(self.sound) - self._fed) / 32_000

    async def hear(self, until_s: float = inf) -> None:
        """Lets the engine hear what waits up to a moment, and passes its words on."""
        who = self._who()
        self._parts.sources.choices.speech(who.participant_id, self.speech_end_s)
        pending = self.sound.bytes_from(self._fed, until_s)
        begun = self._hearer.begun
        left = not begun and self._parts.effort.left_to_captions(self.speech_s)
        if not pending or self._hearer.failed or left:
            return
        if not self._parts.sources.wants(self.id, who.participant_id):
            return
        hypothesis = await self._hearer.feed(pending, self.sound.start_s, who.participant_id)
        if not self._hearer.begun:
            await self._leave_to_captions(who)
            return
        self._fed += len(pending)
        if hypothesis is not None:
            await self._draft(hypothesis, who)

    async def finish(self, until_s: float = inf) -> float:
        """The last words; of those after `until_s` none. Returns where the next one begins."""
        await self.hear(until_s)
        kept = self._stabiliser.stable
        words, cut_s = _split(await self._last_words(), len(kept), until_s)
        gate = self._parts.gate
        if not gate.says(words, over_background(*_heard_sound(self.sound, self._voiced))) or not (
            kept or gate.sounds(_evidence(self._voiced, self.sound))
        ):
            words = kept
        final = Hypothesis(words, self._hearer.language, final=True)
        shown, stable = self._stabiliser.update(final)
        who = self._who(shown)
        self._learn(shown, who)
        self.said = joiner(self._hearer.language).join(word.text for word in shown)
        await self._publish(shown, stable, who, end_s=cut_s)
        if self._hearer.failed:
            await self._leave_to_captions(who, cut_s)
        return cut_s

    async def give_up(self) -> None:
        """Ends it with the words that are stable, without the engine."""
        await self.aclose()
        kept = self._stabiliser.stable
        shown, stable = self._stabiliser.update(Hypothesis(kept, self._hearer.language, final=True))
        who = self._who(shown)
        await self._publish(shown, stable, who, end_s=self.sound.end_s)
        await self._leave_to_captions(who, self.sound.end_s)

    async def aclose(self) -> None:
        """Gives the engine's stream back."""
        await self._hearer.aclose()

    def successor(self, cut_s: float, utterance_id: str, owner: str) -> "LiveUtterance":
        """The utterance that goes on after a cut, with the sound since then."""
        rest = LiveUtterance(self._parts, utterance_id, self._track, cut_s, owner)
        rest.sound = self.sound.since(cut_s)
        rest._voiced = [at_s for at_s in self._voiced if at_s >= cut_s]
        rest.speech_end_s = max(self.speech_end_s, cut_s)
        if not owner:
            rest._hearer.language = self._hearer.language
            rest._hearer.settled = self._hearer.settled
        return rest

    async def _leave_to_captions(self, who: Who, until_s: float = inf) -> None:
        """The words after the stable ones, up to a moment once that is known."""
        await self._parts.sources.unheard(self.id, who.participant_id, self.stable_end_s, until_s)

    def _who(self, words: tuple[Word, ...] = ()) -> Who:
        if self.owner:
            return self._parts.attribution.named(self.owner)
        end_s = max(self.speech_end_s, self.speech_s)
        return self._parts.attribution.who(self._track, self.speech_s, end_s, words)

    async def _last_words(self) -> tuple[Word, ...]:
        hypothesis = await self._hearer.finish()
        if hypothesis is None:
            return self._stabiliser.stable
        self._hearer.settle(
            hypothesis, self._who().participant_id, _seconds(self._voiced), final=True
        )
        return _placed(self.sound, hypothesis.words)

    def _learn(self, words: tuple[Word, ...], who: Who) -> None:
        since_s = self.speech_s - _NAMES_REACH_S
        lines = self._parts.lines.recent(who.participant_id or None, since_s)
        self._parts.lag.compare(words, lines)
        self._hearer.learn(words, who.participant_id, _seconds(self._voiced))

    async def _draft(self, hypothesis: Hypothesis, who: Who) -> None:
        if not self._hearer.settle(
            hypothesis, who.participant_id, _seconds(self._voiced), final=False
        ):
            return
        if not self._parts.gate.sounds(_evidence(self._voiced, self.sound)):
            return
        limit_s = inf
        change = self._parts.attribution.change(
            self._track, self.speech_s + WINDOW_S, self.sound.end_s
        )
        if change:
            limit_s = change.at_s
        words = _placed(self.sound, hypothesis.words)
        words = tuple(w for w in words if (w.start_s + w.end_s) / 2 < limit_s)
        voiced_s = self._parts.attribution.settled_s(self._track, self.sound.end_s)
        settled_s = min(self.sound.end_s - self._parts.settings.settle_s, limit_s, voiced_s)
        stable = hypothesis.stable if change is None else 0
        shown, count = self._stabiliser.update(
            replace(hypothesis, words=words, stable=min(stable, len(words))),
            settled_s,
            self.sound.end_s,
        )
        if len(shown) >= self._parts.gate.min_draft_words or self._shown:
            self._shown = True
            await self._publish(shown, count, who)

    async def _publish(
        self, words: tuple[Word, ...], stable: int, who: Who, end_s: float | None = None
    ) -> None:
        """A draft, or with `end_s` the final update."""
        final = end_s is not None
        recognizer = self._parts.recognizer
        if recognizer is None or not (words or final):
            return
        update = SpokenUpdate(
            utterance_id=self.id,
            participant_id=who.participant_id,
            speaker=who.speaker,
            language=self._hearer.language,
            words=words,
            stable=stable,
            final=final,
            start_s=self.speech_s,
            end_s=min(self.sound.end_s, end_s) if end_s is not None else self.sound.end_s,
            engine=recognizer.info.name,
            doubt=who.doubt,
            punctuated=recognizer.info.punctuated,
            sound=quality(*_heard_sound(self.sound, self._voiced)) if final else None,
        )
        await self._parts.sources.from_sound(update, self._track)


def _placed(sound: Sound, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Words with meeting times."""
    at = sound.time_at
    return tuple(replace(w, start_s=at(w.start_s), end_s=at(w.end_s)) for w in words)


def _split(words: tuple[Word, ...], stable: int, until_s: float) -> tuple[tuple[Word, ...], float]:
    """The words before a cut, and the cut moved to the border of a word that it hit."""
    kept = []
    for index, word in enumerate(words):
        mine = (word.start_s + word.end_s) / 2 < until_s or index < stable
        if index < stable:
            until_s = max(until_s, word.end_s)
        elif word.start_s < until_s < word.end_s:
            border_s = word.end_s if mine else word.start_s
            if abs(border_s - until_s) <= _MOST_MOVE_S:
                until_s = border_s
        if not mine:
            break
        kept.append(word)
    return tuple(kept), until_s


def _evidence(voiced: list[float], sound: Sound) -> Evidence:
    length_s = voiced[-1] - voiced[0] + WINDOW_S if voiced else 0.0
    return Evidence(len(voiced) * WINDOW_S, length_s, sound.rms())


def _seconds(voiced: list[float]) -> float:
    return len(voiced) * WINDOW_S


def _heard_sound(sound: Sound, voiced: list[float]) -> tuple[bytes, float, list[float]]:
    return sound.bytes_from(0), sound.start_s, voiced
