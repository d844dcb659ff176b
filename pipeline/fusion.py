"""Two sources of words for the same speech: what the second one said of it, and how alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from domain.languages import joiner
from domain.speech import OtherWords, SpokenUpdate, Word
from pipeline.align import fold
from pipeline.asr.meet_captions import timed
from pipeline.caption_lines import Line, Token, split_words

_SLACK_S = 0.3
_REACH_S = 1.5
_LEAST_RUN = 2
_REST_S = 1.5


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens of one caption line that say what an utterance says."""

    line: Line
    first: int
    """Place of its first token in the line."""
    tokens: tuple[Token, ...]


def agreement(one: Sequence[str], other: Sequence[str]) -> float:
    """0 nothing in common .. 1 the same words, blind to case and punctuation."""
    left, right = [fold(text) for text in one], [fold(text) for text in other]
    if not left and not right:
        return 1.0
    row = list(range(len(right) + 1))
    for index, word in enumerate(left, start=1):
        above, row = row, [index]
        for column, said in enumerate(right, start=1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (word != said)))
    return round(1 - row[-1] / max(len(left), len(right)), 3)


def piece_of(update: SpokenUpdate, line: Line, from_token: int, lag_s: float) -> Piece | None:
    """The part of a line that belongs to an utterance: by its words, and by time at the ends.

    Tokens before `from_token` belong to earlier utterances.
    """
    from_token = max(from_token, line.settled)
    tokens = line.tokens[from_token:]
    placed = timed(tokens, lag_s, None)
    near = _within(placed, update, _REACH_S)
    if not near:
        return None
    first, last = near[0], near[-1] + 1
    ours = [fold(word.text) for word in update.words]
    theirs = [fold(token.text) for token in tokens[first:last]]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    runs = [block for block in blocks if block.size >= min(_LEAST_RUN, len(ours))]
    mine = _within(placed, update, _SLACK_S)
    if runs:
        # Beside the common runs there are as many words as ours have no counterpart.
        begin = max(first, first + runs[0].b - runs[0].a)
        rest = len(ours) - (runs[-1].a + runs[-1].size)
        end = min(last, first + runs[-1].b + runs[-1].size + rest)
    elif mine:
        begin, end = mine[0], mine[-1] + 1
    else:
        return None
    return Piece(line, from_token + begin, tokens[begin:end])


def _within(placed: Sequence[Word], update: SpokenUpdate, slack_s: float) -> list[int]:
    from_s, to_s = update.start_s - slack_s, update.end_s + slack_s
    return [index for index, word in enumerate(placed) if from_s <= _middle(word) <= to_s]


def other_words(update: SpokenUpdate, pieces: Iterable[Piece]) -> OtherWords | None:
    """What captions made of an utterance."""
    tokens = [token for piece in pieces for token in piece.tokens]
    if not tokens:
        return None
    texts = [token.text for token in tokens]
    steady = sum(token.changed_s == token.first_s for token in tokens)
    return OtherWords(
        engine="meet-captions",
        text=joiner(update.language).join(texts),
        agreement=agreement([word.text for word in update.words], texts),
        confidence=round(steady / len(tokens), 3),
        age_s=round(max(0.0, max(token.changed_s for token in tokens) - update.end_s), 3),
    )


def heard_words(shown: SpokenUpdate, unshown: SpokenUpdate) -> OtherWords | None:
    """What the recogniser made of an utterance that is shown from captions."""
    words = [
        word for word in unshown.words
        if shown.start_s - _SLACK_S <= _middle(word) <= shown.end_s + _SLACK_S
    ]  # fmt: skip
    if not words:
        return None
    return OtherWords(
        engine=unshown.engine,
        text=joiner(unshown.language).join(word.text for word in words),
        agreement=agreement([w.text for w in shown.words], [w.text for w in words]),
        confidence=round(sum(word.confidence for word in words) / len(words), 3),
        age_s=round(max(0.0, unshown.end_s - shown.end_s), 3),
    )


def complete(update: SpokenUpdate, line: Line, lag_s: float, now_s: float) -> bool:
    """Whether a line will hardly say more of an utterance."""
    beyond = any(token.first_s - lag_s > update.end_s + _REACH_S for token in line.tokens[-6:])
    return line.final or beyond or now_s - line.at_s >= _REST_S


def shared_out(
    other: OtherWords, sentences: Sequence[Sequence[str]], language: str
) -> list[OtherWords | None]:
    """An utterance's other words dealt to its sentences, each word to one of them."""
    texts = split_words(other.text, language)
    whole = [fold(word) for sentence in sentences for word in sentence]
    blocks = SequenceMatcher(
        None, whole, [fold(text) for text in texts], autojunk=False
    ).get_matching_blocks()
    parts: list[OtherWords | None] = []
    done = begin = 0
    for number, sentence in enumerate(sentences):
        done += len(sentence)
        last = number == len(sentences) - 1
        end = len(texts) if last else max(begin, _place(done, blocks, len(whole), len(texts)))
        mine = texts[begin:end]
        begin = end
        alike = agreement(list(sentence), mine)
        parts.append(
            replace(other, text=joiner(language).join(mine), agreement=alike) if mine else None
        )
    return parts


def _place(done: int, blocks: Sequence[tuple[int, int, int]], ours: int, theirs: int) -> int:
    """How many other words stand for the first `done` words."""
    here = (0, 0)
    for a, b, size in blocks:
        if a <= done <= a + size and size:
            return b + done - a
        if a > done:
            span = a - here[0]
            share = (done - here[0]) / span if span else 0.0
            return here[1] + round(share * (b - here[1]))
        here = (a + size, b + size)
    return theirs if done >= ours else here[1]


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2
