"""The revisions of one caption: they rise, and what is final stays."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from domain.captions import Caption, Translation, TranslationState
from domain.clock import Clock
from domain.languages import joiner
from domain.speech import OtherWords, SpokenUpdate, Word
from pipeline.drafting import DraftView


def caption_id(meeting_id: str, utterance_id: str, index: int) -> str:
    """The same id for the same sentence of the same utterance, always."""
    return str(uuid5(uuid5(NAMESPACE_URL, f"dragoman:{meeting_id}"), f"{utterance_id}/{index}"))


class CaptionRecord:
    """Makes a caption's next revision, or None where nothing is new."""

    def __init__(self, key: str, targets: Sequence[str], clock: Clock) -> None:
        self._id = key
        self._asked = tuple(dict.fromkeys(targets))
        self._clock = clock
        self._views: dict[str, DraftView] = {}
        self.caption: Caption | None = None
        self.drafted = 0
        """Stable words that a draft translation was asked for."""

    @property
    def final(self) -> bool:
        """The words are final."""
        return self.caption is not None and self.caption.final

    @property
    def targets(self) -> tuple[str, ...]:
        """Languages that the caption is translated into: all but its own."""
        return tuple(t for t in self._asked if self.caption and t != self.caption.language)

    def retarget(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Makes the next revision ask for these languages; those that are new to it. What it
        has stays, but for drafts of a running sentence that nobody wants any more."""
        self._asked = tuple(dict.fromkeys(targets))
        self.drafted = 0
        old = self.caption
        if old is None:
            return ()
        new = tuple(t for t in self.targets if old.translation(t) is None)
        kept = [t for t in old.translations if old.final or t.language in self._asked]
        more = [Translation(t, "", TranslationState.PENDING) for t in new]
        self._next(replace(old, translations=(*kept, *more)), old.heard_s)
        return new

    def revise(
        self, update: SpokenUpdate, words: Sequence[Word], stable: int, *, final: bool
    ) -> Caption | None:
        """The caption with these words."""
        before = self.caption
        if before is not None and before.final:
            return None
        base = self._base(before, update)
        return self._next(
            replace(
                base,
                participant_id=update.participant_id or base.participant_id,
                speaker=update.speaker or base.speaker,
                words=tuple(words),
                stable=stable,
                final=final,
                start_s=words[0].start_s if words else base.start_s,
                end_s=words[-1].end_s if words else base.end_s,
                engine=update.engine,
                confidence=sum(w.confidence for w in words) / len(words) if words else 0.0,
                doubt=update.doubt,
                translations=base.translations if words else (),
                sound=update.sound or base.sound,
            ),
            update.end_s,
        )

    def complete(self, update: SpokenUpdate, other: OtherWords | None) -> Caption | None:
        """The caption with what came late: a speaker where it had none, sound, other words."""
        old = self.caption
        if old is None:
            return None
        new = replace(old, sound=update.sound or old.sound, other=other or old.other)
        nameless = not (old.speaker and old.participant_id)
        same = not old.participant_id or update.participant_id == old.participant_id
        if nameless and same and (update.speaker or update.participant_id):
            new = replace(
                new,
                participant_id=old.participant_id or update.participant_id,
                speaker=old.speaker or update.speaker,
                doubt=update.doubt,
            )
        return self._next(new, old.heard_s)

    def shown(self, language: str) -> str:
        """What of a draft translation people see already."""
        view = self._views.get(language)
        return view.shown if view else ""

    def translate(self, translation: Translation) -> Caption | None:
        """The caption with a translation; a draft shows what agrees with the one before."""
        old = self.caption
        now = old.translation(translation.language) if old else None
        if old is None or now is None or now.state is TranslationState.FINAL:
            return None
        if translation.hops and translation.hops[0] != old.language:
            return None
        if translation.state is TranslationState.DRAFT:
            if old.final:
                return None
            view = self._views.setdefault(translation.language, DraftView(translation.language))
            text = view.take(translation.text)
            if not text or text == now.text:
                return None
            translation = replace(translation, text=text)
        merged = tuple(
            translation if t.language == translation.language else t for t in old.translations
        )
        return self._next(replace(old, translations=merged), old.heard_s)

    def _base(self, before: Caption | None, update: SpokenUpdate) -> Caption:
        """The caption so far; its translations begin anew where its language changes."""
        if before is not None and before.language == (update.language or before.language):
            return before
        language = update.language
        self._views = {}
        self.drafted = 0
        pending = (Translation(t, "", TranslationState.PENDING) for t in self._asked)
        return replace(
            before or self._first(update),
            language=language,
            joiner=joiner(language),
            translations=tuple(each for each in pending if each.language != language),
        )

    def _first(self, update: SpokenUpdate) -> Caption:
        return Caption(
            id=self._id,
            revision=0,
            participant_id=update.participant_id,
            speaker=update.speaker,
            language=update.language,
            words=(),
            stable=0,
            final=False,
            start_s=update.start_s,
            end_s=update.end_s,
            heard_s=update.end_s,
            stamp_s=0.0,
            joiner=joiner(update.language),
        )

    def _next(self, caption: Caption, heard_s: float) -> Caption | None:
        if self.caption is not None and caption == self.caption:
            return None
        self.caption = replace(
            caption,
            revision=caption.revision + 1,
            heard_s=heard_s,
            stamp_s=self._clock.now_s(),
        )
        return self.caption
