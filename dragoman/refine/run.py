"""`dragoman refine` as a function: one meeting through the second pass."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from domain.engines import EngineInfo
from domain.errors import DragomanError, EngineError, UsageError
from domain.events import Event, Notice
from domain.languages import name
from domain.meetings import ENDINGS, Meeting
from domain.speakers import Turn
from domain.transcripts import REFINED, Segment
from dragoman import console
from dragoman.failures import first_failure
from dragoman.hub import Hub
from dragoman.progress import HeardBar
from dragoman.refine.engines import open_whole_diarizer, second_pass
from dragoman.refine.hear import Pass
from dragoman.refine.sound import Copied, open_sound
from dragoman.refine.split import Speakers
from dragoman.settings import Settings
from dragoman.stage import Engines, open_engines
from dragoman.store import Stores
from dragoman.transcribe.stage import check_recognizer
from dragoman.translators import open_translators

log = logging.getLogger(__name__)

LEAST_SHARE = 0.05
"""A language of fewer live words than this share is not believed."""


@dataclass(frozen=True, slots=True)
class Refined:
    """What came of a second pass."""

    meeting: Meeting
    segments: Sequence[Segment]
    how: str
    """With which engines, for people."""


async def refine(
    meeting_id: str, settings: Settings, stores: Stores, *, sound: Path | None = None,
    targets: Sequence[str] | None = None,
) -> Refined:  # fmt: skip
    """Hears a meeting's kept sound again and stores the version `refined` in one step.

    Whatever goes wrong, the stored versions stay as they were. Raises DragomanError.
    """
    meeting = await _ended(meeting_id, stores)
    if targets is not None:
        meeting = replace(meeting, languages=tuple(targets))
    live = await stores.transcripts.segments(meeting.id)
    settings = await asyncio.to_thread(second_pass, settings, _spoken(live))
    settings = settings.model_copy(
        update={"translation": settings.translation.model_copy(
            update={"targets": meeting.languages})}
    )  # fmt: skip
    hub = Hub()
    hub.on(_tell)
    way = Pass(meeting, settings, stores, hub)
    try:
        segments, how = await _heard(way, stores, live, sound)
    except BaseExceptionGroup as failure:
        first = first_failure(failure)
        if isinstance(first, DragomanError):
            raise first from failure
        raise
    if not segments:
        raise EngineError(
            "The second pass heard no words; the transcript stays as it is.",
            "Try another recogniser with --asr, or another recording with --sound.",
        )
    done = [replace(segment, version=REFINED) for segment in segments]
    await stores.transcripts.replace(meeting.id, REFINED, done)
    await stores.facts.put(meeting.id, REFINED, f"{how}; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    return Refined(meeting, done, how)


async def _ended(meeting_id: str, stores: Stores) -> Meeting:
    meeting = await stores.meetings.get(meeting_id)
    if meeting is None:
        raise UsageError(f"There is no meeting {meeting_id!r}.", "List them: dragoman meetings")
    if meeting.state not in ENDINGS:
        raise UsageError(
            "The meeting still goes on; the second pass comes after it.",
            f"End it first: dragoman leave {meeting.id[:8]}",
        )
    return meeting


def _spoken(live: Sequence[Segment]) -> tuple[str, ...]:
    """The languages of the live version, most spoken first."""
    counts: dict[str, int] = {}
    for segment in live:
        if segment.language:
            counts[segment.language] = counts.get(segment.language, 0) + len(segment.text)
    least = LEAST_SHARE * sum(counts.values())
    return tuple(sorted((c for c in counts if counts[c] >= least), key=lambda c: -counts[c]))


async def _heard(
    way: Pass, stores: Stores, live: Sequence[Segment], sound: Path | None
) -> tuple[list[Segment], str]:
    spoken = way.settings.hearing.languages
    async with open_sound(way.meeting.id, stores, sound) as opened:
        copied = Copied(opened.recording)
        mute = way.settings.translation.model_copy(update={"engines": ()})
        alone = way.settings.speakers.model_copy(update={"diarizer": "none"})
        only_hear = way.settings.model_copy(update={"translation": mute, "speakers": alone})
        async with open_engines(only_hear, way.hub, stores) as engines:
            check_recognizer(engines.recognizer, spoken, captions=False)
            _check_all_known(engines.recognizer.info, spoken)
            raw = await way.hear(copied, opened.hints, engines)
            if copied.findings():
                console.say(copied.findings())
            turns, diarizer = await _voices(way, stores, copied)
            speakers = Speakers(turns, live)
            pieces = [piece for segment in raw for piece in speakers.split(segment)]
            done = await _said(way, stores, pieces, engines)
    how = f"words by {engines.recognizer.info.name}"
    if diarizer:
        count = speakers.voices
        how += f", {count} voice{'' if count == 1 else 's'} told apart by {diarizer}"
    return done, how


def _check_all_known(engine: EngineInfo, spoken: Sequence[str]) -> None:
    """A second pass is to be better: raises UsageError where a language would be lost."""
    missing = [name(code) for code in spoken if engine.languages and code not in engine.languages]
    if missing:
        raise UsageError(
            f"The recogniser {engine.name} does not know {', '.join(missing)}: what was said in "
            "it would be lost. The transcript stays as it is.",
            "Name another with --asr (`dragoman models` tells what fits), or the languages that "
            "are to be heard with --speak.",
        )


async def _said(
    way: Pass, stores: Stores, pieces: Sequence[Segment], engines: Engines
) -> list[Segment]:
    people = await stores.transcripts.participants(way.meeting.id)
    sources = sorted({piece.language for piece in pieces if piece.language})
    async with open_translators(way.settings.translation, sources) as translators:
        return await way.say(pieces, people, replace(engines, translators=translators))


async def _voices(
    way: Pass, stores: Stores, copied: Copied
) -> tuple[dict[str, Sequence[Turn]], str]:
    """Turns by track and the diarizer's name; nothing where voices cannot be told apart."""
    if copied.too_long:
        console.say("The sound is too long to tell voices apart as a whole.", style="dim")
        return {}, ""
    try:
        async with open_whole_diarizer(way.settings, way.hub) as diarizer:
            if diarizer is None:
                return {}, ""
            voices = await stores.voiceprints.voiceprints()
            turns: dict[str, Sequence[Turn]] = {}
            for track, pcm in copied.sound().items():
                with HeardBar(f"voices of {track}", None):
                    turns[track] = await diarizer.whole(pcm, voices)
            return turns, diarizer.info.name
    except DragomanError as error:
        log.warning("voices are not told apart: %s", type(error).__name__)
        console.say(f"Voices are not told apart: {error}", style="dim")
        return {}, ""


def _tell(event: Event) -> None:
    if isinstance(event, Notice):
        console.say(event.text, style="dim")
