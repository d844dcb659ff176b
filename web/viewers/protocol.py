"""What viewers are told: one language each, numbered, as `web/schema/viewer.json` describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.captions import Translation, TranslationState
from domain.languages import NAMES, joiner, own_name, primary, right_to_left
from domain.people import Palette
from domain.serving import Message
from domain.text import clean, clean_name
from domain.transcripts import Segment

VERSION = 1

AS_SPOKEN = "original"
"""In the place of a language: everybody in the language that they speak."""

SHOWN = 7
"""Speaker colours; further speakers begin again with the first."""


class Phase(StrEnum):
    """How a meeting stands, for a viewer."""

    WAITING = "waiting"
    LIVE = "live"
    PAUSED = "paused"
    OVER = "over"


class Fault(StrEnum):
    """What was wrong with a viewer's message."""

    BAD_MESSAGE = "bad_message"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_CAPTION = "unknown_caption"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a viewer wants to read."""

    language: str
    original: bool = False
    """The speaker's own words too."""


def wish_of(language: str, original: object) -> Wish | None:
    """The wish in a query or message; None for a language that nobody knows."""
    code = language if language == AS_SPOKEN else primary(language)
    if code != AS_SPOKEN and code not in NAMES:
        return None
    return Wish(code, original in (True, "1", "true"))


def languages(codes: Sequence[str]) -> list[Message]:
    """Languages to choose from."""
    return [{"code": c, "name": own_name(c), "rtl": right_to_left(c)} for c in codes]


def projected(caption: Message, wish: Wish) -> dict[str, Any]:
    """A bot's caption message as the viewer is to see it: nothing in another language."""
    spoken = str(caption["language"])
    text, draft, state, language = _text(caption, wish)
    told: dict[str, Any] = {
        "type": "caption",
        "id": caption["id"],
        "revision": caption["revision"],
        "key": caption.get("key", ""),
        "speaker": caption.get("speaker", ""),
        "colour": caption.get("colour", 0),
        "start_s": caption.get("start_s", 0.0),
        "age_s": caption.get("age_s", 0.0),
        "doubt": caption.get("doubt", 0.0),
        "spoken": spoken,
        "language": language,
        "rtl": right_to_left(language),
        "text": text,
        "draft": draft,
        "state": state,
    }
    if wish.original and language != spoken:
        told["original"] = _whole(caption)
    return told


def original(caption: Message) -> dict[str, Any]:
    """The speaker's own words of one caption."""
    return {
        "type": "original",
        "id": caption["id"],
        "revision": caption["revision"],
        "language": caption["language"],
        "rtl": right_to_left(str(caption["language"])),
        "text": _whole(caption),
    }


def _text(caption: Message, wish: Wish) -> tuple[str, str, str, str]:
    """(what stays, what may change, state, language)"""
    spoken = str(caption["language"])
    if wish.language in (AS_SPOKEN, spoken):
        stable, draft = str(caption["stable"]), str(caption["draft"])
        if stable and draft:
            draft = f"{caption.get('joiner', ' ')}{draft}"
        return stable, draft, "final" if caption["final"] else "draft", spoken
    found = _translation(caption, wish.language)
    if found is None:
        return "", "", "missing", wish.language
    text, state = str(found.get("text", "")), str(found.get("state"))
    if state == TranslationState.DRAFT:
        return "", text, state, wish.language
    return text, "", state, wish.language


def _translation(caption: Message, language: str) -> Message | None:
    given = caption.get("translations")
    for each in given if isinstance(given, Sequence) else ():
        if isinstance(each, Mapping) and each.get("language") == language:
            return each
    return None


def _whole(caption: Message) -> str:
    parts = [str(caption["stable"]), str(caption["draft"])]
    return str(caption.get("joiner", " ")).join(part for part in parts if part)


def of_transcript(segments: Sequence[Segment]) -> list[Message]:
    """A stored transcript in the messages of a bot."""
    palette = Palette()
    return [_of_segment(each, palette) for each in sorted(segments, key=lambda s: s.start_s)]


def _of_segment(segment: Segment, palette: Palette) -> Message:
    key = segment.participant_id or segment.speaker
    return {
        "type": "caption",
        "id": segment.id,
        "revision": 0,
        "key": key,
        "speaker": clean_name(segment.speaker),
        "colour": palette.number(key) % SHOWN,
        "language": segment.language,
        "stable": clean(segment.text),
        "draft": "",
        "joiner": joiner(segment.language),
        "final": True,
        "start_s": segment.start_s,
        "doubt": segment.doubt,
        "translations": [_of_translation(each) for each in segment.translations],
    }


def _of_translation(translation: Translation) -> Message:
    return {
        "language": translation.language,
        "text": clean(translation.text),
        "state": translation.state.value,
    }
