"""Segments as JSON values: in the journal, in columns and in exports."""

from typing import Any

from domain.captions import Translation, TranslationState
from domain.speech import OtherWords, SoundQuality, Word
from domain.transcripts import LIVE, Segment


def word_to_json(word: Word) -> dict[str, Any]:
    """A word as a JSON object."""
    return {
        "text": word.text,
        "start_s": word.start_s,
        "end_s": word.end_s,
        "confidence": word.confidence,
    }


def word_from_json(value: dict[str, Any]) -> Word:
    """The word that an object holds."""
    return Word(value["text"], value["start_s"], value["end_s"], value["confidence"])


def translation_to_json(translation: Translation) -> dict[str, Any]:
    """A translation as a JSON object, without its language."""
    return {
        "text": translation.text,
        "state": translation.state.value,
        "engine": translation.engine,
        "hops": list(translation.hops),
        "quality": translation.quality,
        "error": translation.error,
        "stamp_s": translation.stamp_s,
    }


def translation_from_json(language: str, value: dict[str, Any]) -> Translation:
    """The translation that an object holds."""
    return Translation(
        language=language,
        text=value["text"],
        state=TranslationState(value["state"]),
        engine=value["engine"],
        hops=tuple(value["hops"]),
        quality=value["quality"],
        error=value["error"],
        stamp_s=value["stamp_s"],
    )


def sound_to_json(sound: SoundQuality | None) -> dict[str, Any] | None:
    """How the sound was, as a JSON object."""
    if sound is None:
        return None
    return {
        "rms": sound.rms,
        "peak": sound.peak,
        "snr_db": sound.snr_db,
        "clipped": sound.clipped,
    }


def sound_from_json(value: dict[str, Any] | None) -> SoundQuality | None:
    """The quality that an object holds."""
    if value is None:
        return None
    return SoundQuality(value["rms"], value["peak"], value["snr_db"], value["clipped"])


def other_to_json(other: OtherWords | None) -> dict[str, Any] | None:
    """What a second source heard, as a JSON object."""
    if other is None:
        return None
    return {
        "engine": other.engine,
        "text": other.text,
        "agreement": other.agreement,
        "confidence": other.confidence,
        "age_s": other.age_s,
    }


def other_from_json(value: dict[str, Any] | None) -> OtherWords | None:
    """The second source's words that an object holds."""
    if value is None:
        return None
    return OtherWords(
        value["engine"], value["text"], value["agreement"], value["confidence"], value["age_s"]
    )


def segment_to_json(segment: Segment) -> dict[str, Any]:
    """A segment as a JSON object."""
    return {
        "id": segment.id,
        "meeting_id": segment.meeting_id,
        "participant_id": segment.participant_id,
        "speaker": segment.speaker,
        "language": segment.language,
        "start_s": segment.start_s,
        "end_s": segment.end_s,
        "text": segment.text,
        "confidence": segment.confidence,
        "doubt": segment.doubt,
        "engine": segment.engine,
        "words": [word_to_json(word) for word in segment.words],
        "translations": {t.language: translation_to_json(t) for t in segment.translations},
        "sound": sound_to_json(segment.sound),
        "other": other_to_json(segment.other),
        "version": segment.version,
    }


def segment_from_json(value: dict[str, Any]) -> Segment:
    """The segment that an object holds. Raises KeyError, TypeError or ValueError.

    A journal of an earlier release holds neither sound nor other words nor a version.
    """
    return Segment(
        id=value["id"],
        meeting_id=value["meeting_id"],
        participant_id=value["participant_id"],
        speaker=value["speaker"],
        language=value["language"],
        start_s=value["start_s"],
        end_s=value["end_s"],
        text=value["text"],
        confidence=value["confidence"],
        engine=value["engine"],
        words=tuple(word_from_json(word) for word in value["words"]),
        translations=tuple(
            translation_from_json(language, each)
            for language, each in value["translations"].items()
        ),
        doubt=value["doubt"],
        sound=sound_from_json(value.get("sound")),
        other=other_from_json(value.get("other")),
        version=value.get("version", LIVE),
    )
