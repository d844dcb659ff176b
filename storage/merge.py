"""Which of two versions of a translation is kept."""

from collections.abc import Sequence

from domain.captions import Translation, TranslationState

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
