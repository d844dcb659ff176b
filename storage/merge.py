"""Which of two versions of a segment and of its translations is kept."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from domain.captions import Translation, TranslationState
from domain.speech import OtherWords
from domain.transcripts import Segment
from storage.failures import refused

_RANK = {
    TranslationState.PENDING: 0,
    TranslationState.FAILED: 1,
    TranslationState.DRAFT: 1,
    TranslationState.FINAL: 2,
}


def newer(old: Translation, new: Translation) -> Translation:
    """The one to keep: a final beats a draft or a failure, the later stamp breaks ties."""
    if _RANK[new.state] != _RANK[old.state]:
        return new if _RANK[new.state] > _RANK[old.state] else old
    return new if new.stamp_s >= old.stamp_s else old


def merge(old: Sequence[Translation], new: Sequence[Translation]) -> tuple[Translation, ...]:
    """Both sets in one, each language once, in the order in which languages came."""
    kept = {translation.language: translation for translation in old}
    for translation in new:
        known = kept.get(translation.language)
        kept[translation.language] = newer(known, translation) if known else translation
    return tuple(kept.values())


def later(old: OtherWords | None, new: OtherWords | None) -> OtherWords | None:
    """The other words to keep: those that came later after the speech; they know more of it."""
    if old is None or new is None:
        return new if old is None else old
    return new if new.age_s > old.age_s else old


class Attributed(Protocol):
    """Something that was said by somebody."""

    @property
    def participant_id(self) -> str: ...
    @property
    def speaker(self) -> str: ...
    @property
    def doubt(self) -> float: ...


def attribution(old: Attributed, new: Attributed) -> tuple[str, str, float]:
    """Participant id, speaker and doubt; what was empty is filled if the rest agrees."""
    before = (old.participant_id, old.speaker)
    after = (new.participant_id, new.speaker)
    filled = (before[0] or after[0], before[1] or after[1])
    agrees = all(not b or not a or a == b for b, a in zip(before, after, strict=True))
    if not agrees or filled == before:
        return *before, old.doubt
    return *filled, new.doubt


def merge_segments(old: Segment, new: Segment) -> Segment:
    """The old segment with the speaker, the other words and the translations that came later."""
    participant_id, speaker, doubt = attribution(old, new)
    return replace(
        old,
        participant_id=participant_id,
        speaker=speaker,
        doubt=doubt,
        translations=merge(old.translations, new.translations),
        sound=old.sound or new.sound,
        other=later(old.other, new.other),
    )


def check_version(meeting_id: str, version: str, segments: Sequence[Segment]) -> None:
    """Raises StorageError where a segment belongs to another meeting or version."""
    if any(s.meeting_id != meeting_id or s.version != version for s in segments):
        raise refused("Segments of several meetings or versions.", "Write each by itself.")
