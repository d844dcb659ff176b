"""What a transcription server answers, made into words with times."""

import json
from collections.abc import Mapping
from typing import Any

from domain.errors import EngineUnavailable, UsageError
from domain.languages import joiner, parse_language, primary
from domain.speech import Word
from domain.text import clean
from pipeline.asr.decoded import Decoded

_MOST_CHARACTERS = 4000


def read(raw: bytes, *, language: str, length_s: float, prompt: str) -> Decoded:
    """Words of an answer in the formats json or verbose_json. Raises EngineUnavailable."""
    try:
        answer = json.loads(raw)
        text = answer["text"]
    except (ValueError, LookupError, TypeError) as error:
        raise _strange() from error
    if not isinstance(text, str):
        raise _strange()
    told = _language(answer.get("language")) or language
    segments = _dicts(answer.get("segments"))
    words = _timed(_dicts(answer.get("words")), text, told, length_s)
    words = words or _from_segments(segments, told, length_s)
    words = words or spread(text, told, 0.0, length_s)
    return Decoded(
        words,
        told,
        length_s,
        avg_logprob=_mean(segments, "avg_logprob"),
        no_speech=_mean(segments, "no_speech_prob"),
        prompt=prompt,
    )


def spread(text: str, language: str, start_s: float, end_s: float) -> tuple[Word, ...]:
    """A text's words with times by their shares of its letters."""
    parts = _split(clean(text, _MOST_CHARACTERS), language)
    total = sum(len(part) + 1 for part in parts)
    words, done = [], 0
    for part in parts:
        from_s = start_s + (end_s - start_s) * done / total
        done += len(part) + 1
        words.append(Word(part, from_s, start_s + (end_s - start_s) * done / total))
    return tuple(words)


def _split(text: str, language: str) -> list[str]:
    if joiner(language):
        return text.split()
    parts: list[str] = []
    for char in text:
        if char.isspace():
            continue
        if parts and not char.isalnum():
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _timed(
    given: list[Mapping[str, Any]], text: str, language: str, length_s: float
) -> tuple[Word, ...]:
    """Words with the server's times, in the spelling of the text where they fit together."""
    spelt = [clean(str(each.get("word", "")), 80) for each in given]
    pairs = [(word, each) for word, each in zip(spelt, given, strict=True) if word]
    whole = _split(clean(text, _MOST_CHARACTERS), language)
    if joiner(language) and len(whole) == len(pairs):
        pairs = [(word, each) for word, (_, each) in zip(whole, pairs, strict=True)]
    words, last_s = [], 0.0
    for word, each in pairs:
        start_s = min(length_s, max(last_s, _number(each.get("start"), last_s)))
        last_s = min(length_s, max(start_s, _number(each.get("end"), start_s)))
        sure = min(1.0, max(0.0, _number(each.get("probability"), 1.0)))
        words.append(Word(word, start_s, last_s, sure))
    return tuple(words)


def _from_segments(
    segments: list[Mapping[str, Any]], language: str, length_s: float
) -> tuple[Word, ...]:
    words: tuple[Word, ...] = ()
    last_s = 0.0
    for segment in segments:
        start_s = min(length_s, max(last_s, _number(segment.get("start"), last_s)))
        last_s = min(length_s, max(start_s, _number(segment.get("end"), length_s)))
        words += spread(str(segment.get("text", "")), language, start_s, last_s)
    return words


def _language(told: object) -> str:
    """A code, from a code or an English name; empty where it is neither."""
    if not isinstance(told, str) or not told:
        return ""
    try:
        return parse_language(told)
    except UsageError:
        return primary(told) if len(primary(told)) in (2, 3) else ""


def _dicts(found: object) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _number(found: object, otherwise: float) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or found != found:
        return otherwise
    return float(found)


def _mean(segments: list[Mapping[str, Any]], key: str) -> float:
    values = [_number(segment[key], 0.0) for segment in segments if key in segment]
    return sum(values) / len(values) if values else 0.0


def _strange() -> EngineUnavailable:
    return EngineUnavailable(
        "The recognition server's answer is not that of an OpenAI-compatible server.",
        "Check the base address: it usually ends in /v1.",
    )
