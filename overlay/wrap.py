"""Line breaking: at spaces, between CJK characters by kinsoku, and never back again."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from overlay.scripts import CJK, script_of

Measure = Callable[[str], float]

_NOT_FIRST = frozenset(
    "、。，．・：；？！!?,.:;)]}…‥ー゛゜ヽヾゝゞ々）］｝」』】〕〉》〟’”%％"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NOT_LAST = frozenset("（［｛「『【〔〈《〝‘“([{¥￥$＄")
_THAI_LEADING = frozenset("เแโใไ")
_HANGUL = (0xAC00, 0xD7A3)


def _cjk(char: str) -> bool:
    return script_of(char) == CJK and not _HANGUL[0] <= ord(char) <= _HANGUL[1]


def _attached(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or char in "\u200c\u200dาำะๅๆฯ"


def may_break(text: str, at: int) -> bool:
    """Whether a line may end before the character at a position."""
    before, after = text[at - 1], text[at]
    if after.isspace():
        return False
    if before.isspace():
        return True
    if _attached(after) or before == "\u200d" or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    if _cjk(before) or _cjk(after):
        return True
    if after in _THAI_LEADING:
        return script_of(before) == "thai" and before not in _THAI_LEADING
    joins = before in "-–—/" and at > 1 and text[at - 2].isalpha()
    return joins and after.isalpha()


def units(text: str) -> Iterator[str]:
    """The pieces between which a line may break; together they are the text."""
    start = 0
    for at in range(1, len(text)):
        if may_break(text, at):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def _clusters(text: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(text)):
        if not _attached(text[at]) and text[at - 1] not in _THAI_LEADING | {"\u200d"}:
            yield text[start:at]
            start = at
    yield text[start:]


def _pieces(text: str, width: float, measure: Measure) -> Iterator[tuple[str, float]]:
    for unit in units(text):
        wide = measure(unit.rstrip())
        if wide <= width:
            yield unit, wide
            continue
        for cluster in _clusters(unit):
            yield cluster, measure(cluster)


def _greedy(text: str, width: float, lead: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line, used, room = "", 0.0, width - lead
    for piece, wide in _pieces(text, width, measure):
        if line and used + wide > room:
            lines.append(line)
            line, used, room = "", 0.0, width
        line += piece
        used += wide + measure(" ") * (len(piece) - len(piece.rstrip()))
    return [*lines, line] if line else lines


def wrap(
    text: str, width: float, measure: Measure, *, lead: float = 0.0, before: Sequence[str] = ()
) -> tuple[str, ...]:
    """Breaks a text into lines of at most `width`, the first one shorter by `lead`.

    `before` are the lines that the text had until now: its breaks are kept as far as the
    text is still the same, even if a word would fit now. The lines together are the text.
    """
    kept: list[str] = []
    at = 0
    for line in before[:-1]:
        end = at + len(line)
        room = width - (0 if kept else lead)
        if not text.startswith(line, at) or end >= len(text) or measure(line.rstrip()) > room:
            break
        if not may_break(text, end) and next(iter(units(line)), "") != line:
            break
        kept.append(line)
        at = end
    return (*kept, *_greedy(text[at:], width, 0 if kept else lead, measure))
