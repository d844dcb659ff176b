"""What the parts ask of each other: small interfaces, at most five methods each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.captions import Caption, Translation
from domain.engines import EngineInfo, Health
from domain.meetings import Meeting, StateChange
from domain.people import Participant
from domain.pictures import PictureUpdate
from domain.speakers import Turn, Voiceprint
from domain.speech import Hypothesis
from domain.transcripts import LIVE, Segment
from domain.voices import Speech, SpeechRequest


class Vad(Protocol):
    """Tells speech from everything else, one instance per track."""

    def probability(self, pcm: bytes) -> float:
        """Speech probability 0..1 of the next 512 samples (32 ms, 16 kHz PCM16)."""
        ...

    def reset(self) -> None:
        """Forgets what was heard."""
        ...


@dataclass(frozen=True, slots=True)
class RecognitionRequest:
    """What a recogniser should know of an utterance before it hears it."""

    track: str
    start_s: float
    language: str = ""
    """Empty where it is not known."""
    terms: tuple[str, ...] = ()
    """Names and glossary terms that may occur."""
    context: str = ""
    """What was said just before on this track, final words only."""


class RecognitionStream(Protocol):
    """One utterance in one engine."""

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Hears more sound (16 kHz PCM16); what it makes of all of it, if it has news."""
        ...

    async def finish(self) -> Hypothesis:
        """The final hypothesis; nothing is fed afterwards."""
        ...

    async def aclose(self) -> None:
        """Gives back what the stream holds, finished or not."""
        ...


class Recognizer(Protocol):
    """A speech recogniser: the model is shared, the state is per stream."""

    @property
    def info(self) -> EngineInfo:
        """What it can do, now."""
        ...

    async def health(self) -> Health:
        """Whether it works here."""
        ...

    async def open(self, request: RecognitionRequest) -> RecognitionStream:
        """Begins an utterance. Raises EngineError."""
        ...

    async def aclose(self) -> None:
        """Gives back everything."""
        ...


class DiarizationStream(Protocol):
    """One track in one diarizer."""

    async def feed(self, pcm: bytes, start_s: float) -> Sequence[Turn]:
        """Hears more sound (16 kHz PCM16) that begins at `start_s`; turns that are new or have
        changed. A turn replaces all turns of its label that it overlaps."""
        ...

    async def finish(self) -> Sequence[Turn]:
        """The turns that are new or have changed by the end; nothing is fed afterwards."""
        ...

    async def aclose(self) -> None:
        """Gives back what the stream holds, finished or not."""
        ...


class Diarizer(Protocol):
    """Tells voices apart; the model is shared, the state is per stream."""

    info: EngineInfo

    async def health(self) -> Health:
        """Whether it works here."""
        ...

    async def open(self, track: str, voices: Sequence[Voiceprint] = ()) -> DiarizationStream:
        """Begins a track; enrolled voices are recognised. Raises EngineError."""
        ...

    async def whole(self, pcm: bytes, voices: Sequence[Voiceprint] = ()) -> Sequence[Turn]:
        """All turns of a finished recording, in order, heard as a whole. Raises EngineError."""
        ...

    async def aclose(self) -> None:
        """Gives back everything."""
        ...


class Voice(Protocol):
    """Speaks text."""

    info: EngineInfo

    async def health(self) -> Health:
        """Whether it works here."""
        ...

    async def speak(self, request: SpeechRequest) -> Speech:
        """The text as sound. Raises EngineError, also for a language it cannot speak."""
        ...

    async def aclose(self) -> None:
        """Gives back everything."""
        ...


class SpeechSink(Protocol):
    """Somebody who plays speech: the bot's microphone, the listeners of a language."""

    async def play(self, speech: Speech) -> None:
        """Takes speech to play after what waits. Must return at once; the queue is bounded."""
        ...


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """A text to translate."""

    text: str
    source: str
    target: str
    context: tuple[str, ...] = ()
    """Previous final sentences of the meeting, oldest first."""
    terms: tuple[str, ...] = ()
    """Names and terms to leave as they are."""
    wording: tuple[tuple[str, str], ...] = ()
    """Terms of the text with the translation that they must get."""
    draft: bool = False
    """The sentence still runs; speed matters more than polish."""
    shown: str = ""
    """The beginning of a draft's translation that is shown already, in whole words."""


class Translator(Protocol):
    """A translation engine."""

    info: EngineInfo

    async def health(self) -> Health:
        """Whether it works here."""
        ...

    def pairs(self) -> frozenset[tuple[str, str]] | None:
        """Directions it can do, pivots included; None means any."""
        ...

    async def translate(self, request: TranslationRequest) -> Translation:
        """A final translation. Raises EngineError; never returns the source in disguise."""
        ...

    async def aclose(self) -> None:
        """Gives back everything."""
        ...


class CaptionSink(Protocol):
    """Somebody who wants captions."""

    async def show(self, caption: Caption) -> None:
        """A new revision. Must return at once; slow work goes on a bounded queue."""
        ...


class PictureSink(Protocol):
    """Somebody who wants the picture."""

    async def show(self, update: PictureUpdate) -> None:
        """A new picture. Must return at once; slow work goes on a bounded queue."""
        ...

    async def aclose(self) -> None:
        """Ends the output in order: files are complete afterwards."""
        ...


class MeetingStore(Protocol):
    """Meetings and their states."""

    async def create(self, meeting: Meeting) -> None:
        """Stores a new meeting."""
        ...

    async def get(self, meeting_id: str) -> Meeting | None:
        """A meeting with its state changes; a unique prefix (4 characters at least) will do."""
        ...

    async def recent(self, limit: int = 50) -> Sequence[Meeting]:
        """The newest meetings, newest first."""
        ...

    async def change(self, meeting_id: str, change: StateChange) -> None:
        """Takes a step; the newest one again changes nothing. Raises StorageError where the step
        is not allowed from its state."""
        ...

    async def update(
        self,
        meeting_id: str,
        *,
        began_at: datetime | None = None,
        endpoint: str | None = None,
        languages: tuple[str, ...] | None = None,
    ) -> None:
        """Sets what is given."""
        ...


class TranscriptStore(Protocol):
    """What was said, and by whom."""

    async def write(self, segments: Sequence[Segment]) -> None:
        """Makes segments durable; idempotent by id, newer translations and a speaker who was
        unknown are merged in."""
        ...

    async def segments(self, meeting_id: str, version: str = LIVE) -> Sequence[Segment]:
        """All segments of one version of the transcript, in order of their start."""
        ...

    async def replace(self, meeting_id: str, version: str, segments: Sequence[Segment]) -> None:
        """Puts a whole version in the place of what was stored of it, in one step."""
        ...

    async def write_participants(
        self, meeting_id: str, participants: Sequence[Participant]
    ) -> None:
        """Stores or updates people; join times are kept, leave times updated."""
        ...

    async def participants(self, meeting_id: str) -> Sequence[Participant]:
        """Everybody who was there, in order of joining."""
        ...


class VoiceprintStore(Protocol):
    """Voices of people who agreed to be recognised."""

    async def save(self, voiceprint: Voiceprint) -> None:
        """Stores or replaces by id."""
        ...

    async def voiceprints(self, model: str = "") -> Sequence[Voiceprint]:
        """All, or those made by one model, by name."""
        ...

    async def delete(self, voiceprint_id: str) -> bool:
        """Really deletes it; whether there was one."""
        ...
