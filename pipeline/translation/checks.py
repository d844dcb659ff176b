"""Tells a translation from what engines give instead of one."""

import re

from domain.errors import EngineError
from domain.ports import TranslationRequest
from pipeline.script import fits

_DENSE = frozenset({"ja", "zh", "ko", "th"})
"""Languages that say the same in far fewer characters."""
_COMMON: dict[str, frozenset[str]] = {
    "en": frozenset("the and is are of to this that with we you was have".split()),
    "es": frozenset("el los las y es son con para pero muy está estamos hay".split()),
    "fr": frozenset("le les et est sont avec pour mais nous vous dans des au".split()),
    "de": frozenset("der die das und ist sind mit für aber wir nicht ein zu".split()),
    "pt": frozenset("os as e é são com mas muito nós não uma está em".split()),
    "it": frozenset("il gli e è sono con ma molto noi che della del non".split()),
    "nl": frozenset("het een en is zijn met voor maar wij niet van de dat".split()),
    "pl": frozenset("i jest są z dla ale bardzo my nie na to w się".split()),
}
"""Frequent words; those shared with another language weigh nothing against it."""
_PREAMBLE = re.compile(
    r"^(?:(?:sure|certainly|of course)[,!.]?\s*)?"
    r"(?:here(?:'s| is| are)[^:\n]{0,60}|(?:the )?translation(?: in(?:to)? \w+)?)\s*:\s*",
    re.IGNORECASE,
)
_QUOTES = (('"', '"'), ("“", "”"), ("«", "»"), ("'", "'"), ("「", "」"), ("„", "“"))


_THOUGHTS = re.compile(
    r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL
)
_TAGS = re.compile(r"</?(?:speech|before|translation|source|target)>", re.IGNORECASE)
_REMARK = re.compile(r"\n+\s*[(*_\[]*(?:note|explanation|translation note|alternative)s?\b", re.I)


def tidy(answer: str, source: str) -> str:
    """An answer without thoughts, preamble, remarks, and quotes that the source has not."""
    text = _TAGS.sub("", _THOUGHTS.sub("", answer)).strip()
    text = _PREAMBLE.sub("", text).strip()
    remark = _REMARK.search(text)
    if remark:
        text = text[: remark.start()].rstrip()
    for left, right in _QUOTES:
        if len(text) > 2 and text.startswith(left) and text.endswith(right):
            if not source.startswith(left):
                text = text[1:-1].strip()
            break
    return text


def check(text: str, request: TranslationRequest) -> None:
    """Raises EngineError if the text cannot be a translation of the request's."""
    if not text.strip():
        raise EngineError("The engine gave an empty translation.", _REMEDY)
    if not _letters(request.text):
        return
    if "\n" in text or re.search(r"<(?:!doctype|html|body|head)\b", text, re.IGNORECASE):
        raise EngineError("The engine gave something that is no sentence.", _REMEDY)
    if is_echo(text, request):
        raise EngineError("The engine gave the text back untranslated.", _REMEDY)
    if loops(text) and not loops(request.text):
        raise EngineError("The engine repeats itself.", _REMEDY)
    if _ASSISTANT.search(text) and not _ASSISTANT.search(request.text):
        raise EngineError("The engine answered instead of translating.", _REMEDY)
    _check_length(text, request)
    _check_script(text, request)
    _check_language(text, request)


_REMEDY = "If it happens often, choose another engine or model for this direction."


def is_echo(text: str, request: TranslationRequest) -> bool:
    """Whether more than two different words come back as they went in; kept terms do not count."""
    if request.source == request.target:
        return False
    before = _words(_without(request.text, request.terms))
    after = _words(_without(text, request.terms))
    limit = 2 if request.source not in _DENSE else 0
    return len(set(before)) > limit and before == after


_ASSISTANT = re.compile(
    r"\b(?:as an ai\b|ai language model|language model developed|i(?:'m| am) unable to translate|"
    r"i can(?:no|')t (?:assist|help) with that|no text (?:was )?provided|"
    r"please provide (?:the|a) (?:text|sentence))",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|order|above)|"
    r"system prompt|you are now|do not translate|don't translate|instead of translating|"
    r"(?:reply|respond|answer) (?:only )?with)",
    re.IGNORECASE,
)


def gives_orders(text: str) -> bool:
    """Whether speech reads like an order to a language model (told for English)."""
    return _ORDERS.search(text) is not None


def loops(text: str) -> bool:
    """Whether one to six words, or a few characters, come four times in a row or more."""
    words = " ".join(_words(text))
    if re.search(r"(?:^| )((?:\S+ ){1,6}?)\1{2,}(?=\1)", f"{words} "):
        return True
    return re.search(r"([^\W\d]{2,12}?[、,， ]?)\1{5,}", text) is not None


def _check_length(text: str, request: TranslationRequest) -> None:
    """Speech with orders in it is held to a narrower band: obeying is shorter than saying."""
    before, after = float(len(request.text)), float(len(text))
    before *= 2.5 if request.source in _DENSE else 1.0
    after *= 2.5 if request.target in _DENSE else 1.0
    least, most = (0.6, 1.9) if gives_orders(request.text) else (0.3, 3.0)
    if request.draft:
        least = 0.0
    if not least * before - 8 <= after <= most * before + 16:
        raise EngineError("The translation is far too long or too short for the text.", _REMEDY)


def _check_script(text: str, request: TranslationRequest) -> None:
    if not fits(_without(text, request.terms), request.target):
        raise EngineError("The translation is written in the wrong script.", _REMEDY)


def _check_language(text: str, request: TranslationRequest) -> None:
    target = _COMMON.get(request.target)
    if target is None:
        return
    words = _words(text)
    if sum(word in target for word in words) > 0:
        return
    for code, common in _COMMON.items():
        if code != request.target and sum(word in common for word in words) >= 3:
            raise EngineError("The translation is in the wrong language.", _REMEDY)


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalpha())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _without(text: str, terms: tuple[str, ...]) -> str:
    for term in terms:
        text = text.replace(term, " ")
    return text
