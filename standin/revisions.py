"""How a line appears in captions: growing revisions with guesses that are taken back."""

import random
from dataclasses import dataclass

from standin.alignment import WordEnd

CADENCE_S = 0.33
MAX_REWRITE = 28
"""Characters at the end of a revision that the next one may rewrite."""
DEEP_REWRITE = 104
_SETTLE_S = 1.6
_LATE_S = 3.0
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Manner:
    """Awkward ways of captioning."""

    deep: bool = False
    """Corrections reach DEEP_REWRITE characters back."""
    replaced: bool = False
    """The first guess shares nothing with what follows."""
    late: bool = False
    """The last words are put right three seconds after the line's end."""

    @property
    def reach(self) -> int:
        """Characters at the end of a revision that the next one may rewrite."""
        return DEEP_REWRITE if self.deep else MAX_REWRITE


USUAL = Manner()


@dataclass(frozen=True, slots=True)
class Revision:
    """What the captions show of a line at one moment."""

    at_s: float
    """Seconds since the line began."""
    text: str
    final: bool = False


def revisions(
    words: tuple[WordEnd, ...],
    *,
    lag_s: float,
    corrections: bool,
    joiner: str = " ",
    manner: Manner = USUAL,
) -> list[Revision]:
    """The revisions of a line; the last one is final and holds the line's exact text."""
    truth = joiner.join(word.text for word in words)
    chance = random.Random(truth)
    out: list[Revision] = []
    ends = words[-1].end_s
    at_s = words[0].end_s + lag_s
    if manner.replaced:
        out.append(Revision(at_s - 0.05, words[0].text[::-1].swapcase()))
    while at_s < ends + lag_s:
        jitter = chance.uniform(0.0, 0.3) if corrections else 0.0
        heard = [word.text for word in words if word.end_s + lag_s + jitter <= at_s]
        if heard:
            plain = joiner.join(heard)
            text = _guess(heard, joiner, chance, manner) if corrections else plain
            _add(out, Revision(at_s, text), plain, manner.reach)
        at_s += CADENCE_S * (chance.uniform(0.85, 1.3) if corrections else 1.0)
    told_s = ends + lag_s + CADENCE_S
    if manner.late:
        wrong = joiner.join([*(word.text for word in words[:-1]), words[-1].text[::-1]])
        out.append(Revision(told_s, wrong))
        told_s += _LATE_S
    _add(out, Revision(told_s, truth), truth, manner.reach)
    out.append(Revision(told_s + _SETTLE_S, truth, final=True))
    return out


def rewritten(before: str, after: str) -> int:
    """Characters at the end of a text that do not survive in the next one."""
    same = 0
    for left, right in zip(before, after, strict=False):
        if left != right:
            break
        same += 1
    return len(before) - same


def _add(out: list[Revision], new: Revision, plain: str, reach: int) -> None:
    """Adds a revision unless nothing changed; a rewrite that reaches too far is left out."""
    if out and len(plain) < len(out[-1].text) and out[-1].text.startswith(plain):
        return
    if out and rewritten(out[-1].text, new.text) > reach:
        new = Revision(new.at_s, plain)
    if not out or out[-1].text != new.text:
        out.append(new)


def _guess(heard: list[str], joiner: str, chance: random.Random, manner: Manner) -> str:
    """The words heard so far with a first guess at the newest ones."""
    reach = _reach(heard, joiner, chance.randint(1, 16 if manner.deep else 3), manner.reach)
    safe, tail = heard[: len(heard) - reach], heard[len(heard) - reach :]
    roll = chance.random()
    if roll < 0.25:
        tail = [_misheard(word, chance) for word in tail]
    elif roll < 0.4:
        tail = [word.swapcase() if len(word) < 4 else word.capitalize() for word in tail]
    elif roll < 0.55:
        tail = [word.strip(",.!?¿¡;:") or word for word in tail]
    text = joiner.join([*safe, *tail])
    if chance.random() < 0.3 and text[-1].isalnum():
        text += chance.choice(".?,")
    return text


def _reach(heard: list[str], joiner: str, most: int, characters: int) -> int:
    """How many of the newest words may be guessed at without rewriting too much."""
    length, count = 1, 0
    for word in reversed(heard[-most:]):
        length += len(word) + len(joiner)
        if length > characters - 4:
            break
        count += 1
    return count


def _misheard(word: str, chance: random.Random) -> str:
    letters = list(word.strip(",.!?¿¡;:") or word)
    spots = [index for index, letter in enumerate(letters) if letter in _VOWELS]
    if spots:
        letters[chance.choice(spots)] = chance.choice(_VOWELS)
    return "".join(letters)
