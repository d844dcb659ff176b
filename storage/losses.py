"""Lost stretches of one meeting that never overlap: one fault, one stretch, one reason."""

from collections.abc import Sequence
from dataclasses import replace

from domain.audio import MIX, Gap


def settled(known: Sequence[Gap], gap: Gap) -> tuple[Gap, list[Gap]]:
    """What is to be stored of a new stretch, and which of the known ones it replaces.

    Two of which half of the shorter lies in the other are one fault, told by the longer; others
    are cut where the known one begins or ends. The same stretch again changes nothing.
    """
    rest, replaced = list(known), list[Gap]()
    while other := next((each for each in rest if _same_fault(each, gap)), None):
        gap = _union(other, gap)
        replaced.append(other)
        rest.remove(other)
    for other in rest:
        if _shared_s(other, gap) > 0:
            gap = _cut(gap, other)
    return gap, replaced


def _shared_s(one: Gap, other: Gap) -> float:
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)


def _length_s(gap: Gap) -> float:
    return gap.end_s - gap.start_s


def _same_fault(one: Gap, other: Gap) -> bool:
    shared_s = _shared_s(one, other)
    return shared_s > 0 and 2 * shared_s >= min(_length_s(one), _length_s(other))


def _union(known: Gap, new: Gap) -> Gap:
    longer, shorter = (known, new) if _length_s(known) >= _length_s(new) else (new, known)
    beyond = 1 - _shared_s(known, new) / _length_s(shorter)
    return Gap(
        known.track if known.track == new.track else MIX,
        min(known.start_s, new.start_s),
        max(known.end_s, new.end_s),
        longer.samples + round(shorter.samples * beyond),
        longer.reason,
    )


def _cut(gap: Gap, known: Gap) -> Gap:
    before = known.start_s < gap.start_s
    start_s = known.end_s if before else gap.start_s
    end_s = gap.end_s if before else known.start_s
    share = (end_s - start_s) / _length_s(gap)
    return replace(gap, start_s=start_s, end_s=end_s, samples=round(gap.samples * share))
