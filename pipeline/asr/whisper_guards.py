"""What keeps Whisper's inventions from becoming words: one small test for each habit of it."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from domain.languages import joiner
from domain.speech import Word
from pipeline.align import fold
from pipeline.asr.decoded import Decoded
from pipeline.asr.whisper_phrases import PHRASES
from pipeline.gates import repeats
from pipeline.script import fits

TOKENS_PER_S = 22.5
LEAST_TOKENS = 50
MOST_TOKENS = 224
CONTEXT_TOKENS = 448
PROMPT_TOKENS = 223
CONTEXT_BEFORE_TOKENS = 48
"""Of previous text: enough for a sentence or two, and each costs time."""
_PUNCTUATION_ONLY = re.compile(r"^[\W_]*$")
_BRACKETED = re.compile(r"^\s*(?:[\[(*♪][^\])*♪]*[\])*♪]\s*)+[.!]?$")


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these a window was not understood."""

    no_speech: float = 0.6
    """Counts only together with a poor log-probability; turbo models never reach it."""
    no_speech_alone: float = 0.9
    avg_logprob: float = -1.0
    compression: float = 2.4
    """Bytes of the text per byte of its compressed form."""
    most_phrases: int = 3
    """A phrase of three to six words so often in a row was made up."""
    most_words: int = 4
    """The same for one or two words: more often than this."""
    words_per_s: float = 7.0
    characters_per_s: float = 40.0
    dense_characters_per_s: float = 16.0
    """For languages without spaces."""
    slack_words: int = 2
    unlikely_word: float = 0.15
    shortest_word_s: float = 0.133
    longest_word_s: float = 2.0
    anomaly: float = 3.0
    anomaly_words: int = 8
    echoed_words: int = 6
    """People do repeat themselves; so many words of the text before are an echo of it."""
    anomaly_confidence: float = 0.5
    """Anomalous times alone do not condemn words that the model is sure of."""


LIMITS = Limits()


def silence(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """The model itself takes the sound for silence."""
    doubted = heard.no_speech > limits.no_speech and heard.avg_logprob < limits.avg_logprob
    return doubted or heard.no_speech > limits.no_speech_alone


def unlikely(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """The model hardly believes its words."""
    return heard.avg_logprob < limits.avg_logprob


def compressible(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """The text says the same again and again."""
    return compression(heard.text) > limits.compression


def looping(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """A phrase follows itself."""
    words = [word.text for word in heard.words]
    return repeats(words, limits.most_words) or _repeats_phrase(words, limits.most_phrases)


def hurried(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """More words than anybody speaks in the time."""
    length_s = max(heard.length_s, 0.0)
    characters = sum(len(word.text) for word in heard.words)
    if not joiner(heard.language):
        return characters > 2 * limits.slack_words + limits.dense_characters_per_s * length_s
    slack = limits.slack_words
    return (
        len(heard.words) > slack + limits.words_per_s * length_s
        or characters > 12 * slack + limits.characters_per_s * length_s
    )


def anomalous(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """Words of odd lengths that are doubtful as well."""
    words = [w for w in heard.words if not _PUNCTUATION_ONLY.match(w.text)][: limits.anomaly_words]
    if not words:
        return False
    if sum(word.confidence for word in words) / len(words) >= limits.anomaly_confidence:
        return False
    score = sum(_oddness(word, limits) for word in words)
    return score >= limits.anomaly or score + 0.01 >= len(words)


def known_phrase(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """Nothing but a line that Whisper has learnt from the ends of films, or a sound in brackets."""
    if not heard.words:
        return False
    said = _letters(heard.text)
    return not said or said in _phrases() or bool(_BRACKETED.match(heard.text))


def prompt_echo(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """Three words or more that merely stand in the prompt in this order, or six of the text
    before."""
    if len(heard.words) >= limits.echoed_words and heard.context:
        told, said = _letters(heard.context), _letters(heard.text)
        if said and said in told:
            return True
    if not joiner(heard.language):
        said = _letters(heard.text)
        return len(said) > 5 and said in _letters(heard.prompt)
    return len(heard.words) > 2 and f" {_flat(heard.text)} " in f" {_flat(heard.prompt)} "


def foreign_script(heard: Decoded, limits: Limits = LIMITS) -> bool:
    """Letters of a script that the language is not written in, where it is known."""
    return bool(heard.language) and not fits(heard.text, heard.language)


GUARDS: dict[str, Callable[[Decoded, Limits], bool]] = {
    "silence": silence,
    "log-probability": unlikely,
    "compression": compressible,
    "repetition": looping,
    "pace": hurried,
    "word times": anomalous,
    "phrase": known_phrase,
    "prompt": prompt_echo,
    "script": foreign_script,
}
"""Name of the reason -> the test; the first that strikes is told."""


def refusal(heard: Decoded, limits: Limits = LIMITS) -> str:
    """Why the words are not believed; empty if they are, or if there are none."""
    if not heard.words:
        return ""
    return next((name for name, strikes in GUARDS.items() if strikes(heard, limits)), "")


def compression(text: str) -> float:
    """Bytes of a text per byte of its compressed form."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def wanted_tokens(length_s: float) -> int:
    """How many tokens speech of this length may have at most."""
    return round(min(MOST_TOKENS, max(LEAST_TOKENS, TOKENS_PER_S * length_s)))


def generation_length(wanted: int, prompt: int) -> int:
    """The max_length that lets CTranslate2 write `wanted` tokens after `prompt` tokens.

    CTranslate2 stops after the lesser of half of max_length and what the prompt leaves of it.
    """
    return min(CONTEXT_TOKENS, max(2 * wanted, wanted + prompt))


def prompt_of(
    terms: tuple[str, ...], count: Callable[[str], int], room: int = PROMPT_TOKENS
) -> str:
    """Terms as the text that the model is to believe was said before, cut at `room` tokens."""
    kept: list[str] = []
    for term in dict.fromkeys(" ".join(term.split()) for term in terms):
        if term and count(", ".join([*kept, term]) + ".") > room:
            break
        kept += [term] if term else []
    return ", ".join(kept) + "." if kept else ""


def believable_before(context: str) -> str:
    """The text before, or nothing where it says the same again and again."""
    repeated = _repeats_phrase(context.split(), LIMITS.most_phrases)
    return "" if repeated or compression(context) > LIMITS.compression else context


def _repeats_phrase(words: list[str], most: int) -> bool:
    folded = [fold(word) for word in words]
    for size in range(3, 7):
        run = 0
        for index in range(size, len(folded)):
            run = run + 1 if folded[index] == folded[index - size] else 0
            if run >= size * (most - 1):
                return True
    return False


def _oddness(word: Word, limits: Limits) -> float:
    length_s = word.end_s - word.start_s
    score = 1.0 if word.confidence < limits.unlikely_word else 0.0
    score += max(0.0, limits.shortest_word_s - length_s) * 15
    return score + max(0.0, length_s - limits.longest_word_s)


def _flat(text: str) -> str:
    return " ".join(fold(word) for word in text.split() if not _PUNCTUATION_ONLY.match(word))


def _letters(text: str) -> str:
    return _flat(text).replace(" ", "").strip("♪♫")


@lru_cache(maxsize=1)
def _phrases() -> frozenset[str]:
    return frozenset(_letters(phrase) for phrases in PHRASES.values() for phrase in phrases)
