"""A caption as passages: what is shown of it as original and in each target language."""

from collections.abc import Callable

from domain.captions import Caption, Translation, TranslationState
from domain.languages import primary
from overlay.blocks import MAIN, ORIGINAL, PENDING, Passage
from overlay.phrases import failed_text

Prepare = Callable[[str, str], str]


def passages(
    caption: Caption,
    targets: tuple[str, ...],
    with_original: bool,
    before: dict[int, Passage],
    prepare: Prepare,
) -> dict[int, Passage]:
    """Column -> passage, the original under -1; `before` is what was shown until now."""
    shown = targets or (caption.language,)
    own = [primary(target) == primary(caption.language) for target in shown]
    columns = {
        column: _spoken(caption, MAIN, prepare)
        if own[column]
        else _translated(caption.translation(target), target, before.get(column), prepare)
        for column, target in enumerate(shown)
    }
    if with_original and not any(own):
        columns[-1] = _spoken(caption, ORIGINAL, prepare)
    return columns


def _spoken(caption: Caption, role: str, prepare: Prepare) -> Passage:
    text = prepare(caption.text, caption.language)
    if caption.final or caption.stable >= len(caption.words):
        return Passage(role, caption.language, text, len(text))
    sure = prepare(caption.stable_text, caption.language)
    return Passage(role, caption.language, text, len(sure) if text.startswith(sure) else 0)


def _translated(
    translation: Translation | None, target: str, before: Passage | None, prepare: Prepare
) -> Passage:
    if translation is not None and translation.state is TranslationState.FAILED:
        words, language = failed_text(target)
        return Passage(MAIN, language, prepare(words, language), 0, quiet=True)
    text = "" if translation is None else prepare(translation.text, target)
    if not text or translation is None or translation.state is TranslationState.PENDING:
        if before is not None and not before.quiet:
            return before
        return Passage(MAIN, target, PENDING, 0, quiet=True)
    if translation.state is TranslationState.FINAL:
        return Passage(MAIN, target, text, len(text))
    agreed = 0 if before is None or before.quiet else _agreed(before.text, text)
    return Passage(MAIN, target, text, agreed)


def _agreed(before: str, now: str) -> int:
    """Characters of the words that both texts begin with."""
    if now == before:
        return len(now)
    same = next(
        (i for i, (a, b) in enumerate(zip(before, now, strict=False)) if a != b),
        min(len(before), len(now)),
    )
    if same == len(before) < len(now) and now[same].isspace():
        return same
    return now.rfind(" ", 0, same) + 1
