"""What the live page shows, built up event by event."""

from bisect import insort
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.audio import MIX, Gap, Level
from domain.captions import Caption
from domain.events import (
    CaptionRevised,
    Event,
    Listening,
    Notice,
    PictureShown,
    Recording,
    Retargeted,
    SoundPath,
    StageTimed,
)
from domain.hints import LoudnessHint, RosterHint
from domain.meetings import StateChange
from domain.people import Palette, Participant

CAPTIONS = 200
CHANGES = 100
NOTICES = 20
SAMPLES = 200
"""Newest timings of a stage that its percentiles are taken from."""

COLOURS = 7
"""Speaker colours; further speakers begin again with the first."""


@dataclass(frozen=True, slots=True)
class StageSummary:
    """How long a stage takes, over its newest items."""

    p50_s: float
    p95_s: float
    p99_s: float
    count: int
    """Items since the session began."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A track's loudness with the name of whoever is heard on it."""

    track: str
    name: str
    rms: float
    peak: float
    at_s: float


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """Everything the page shows at one moment."""

    title: str = ""
    languages: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    """In order of their start."""
    changes: tuple[StateChange, ...] = ()
    people: tuple[Participant, ...] = ()
    meters: tuple[Meter, ...] = ()
    stages: Mapping[str, StageSummary] = field(default_factory=dict)
    picture: int = 0
    notices: tuple[Notice, ...] = ()
    gaps: int = 0
    colours: Mapping[str, int] = field(default_factory=dict)
    """`Caption.speaker_key` -> number of the colour."""
    listening: bool = True
    """False during a pause."""
    recording: bool = False
    """Whether the sound is kept."""
    sound: SoundPath | None = None
    """Where the sound comes from; None: not told."""
    look: Mapping[str, object] = field(default_factory=dict)
    """How the picture is to look, by the names of `web.controls.FIELDS`; empty: not told."""


@dataclass(slots=True)
class _Stage:
    newest: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    count: int = 0

    def summary(self) -> StageSummary:
        ordered: list[float] = []
        for seconds in self.newest:
            insort(ordered, seconds)
        last = len(ordered) - 1
        return StageSummary(
            ordered[last // 2],
            ordered[round(last * 0.95)],
            ordered[round(last * 0.99)],
            self.count,
        )


class LiveState:
    """Takes events in, gives snapshots out. Not thread-safe: one loop only."""

    def __init__(self, title: str = "", languages: tuple[str, ...] = ()) -> None:
        self._title = title
        self._languages = languages
        self._captions: OrderedDict[str, Caption] = OrderedDict()
        self._changes: deque[StateChange] = deque(maxlen=CHANGES)
        self._people: dict[str, Participant] = {}
        self._levels: dict[str, Level] = {}
        self._tracks: dict[str, str] = {}
        self._stages: dict[str, _Stage] = {}
        self._picture = 0
        self._notices: deque[Notice] = deque(maxlen=NOTICES)
        self._gaps = 0
        self._listening = True
        self._recording = False
        self._sound: SoundPath | None = None
        self._palette = Palette()
        self._look: Mapping[str, object] = {}

    def apply(self, event: Event | LoudnessHint) -> None:
        """Takes one event in; LoudnessHints name the tracks."""
        match event:
            case CaptionRevised(caption):
                self._revise(caption)
            case StateChange():
                self._changes.append(event)
            case Level():
                self._levels[event.track] = event
            case LoudnessHint():
                self._tracks[event.track] = event.participant_id
            case StageTimed():
                stage = self._stages.setdefault(event.stage, _Stage())
                stage.newest.append(event.seconds)
                stage.count += 1
            case PictureShown():
                self._picture = event.number
            case RosterHint():
                self._meet(event)
            case _:
                self._note(event)

    def dress(self, look: Mapping[str, object]) -> None:
        """How the picture is to look from now on."""
        self._look = dict(look)

    def snapshot(self) -> LiveSnapshot:
        """What is to be seen now."""
        return LiveSnapshot(
            title=self._title,
            languages=self._languages,
            captions=tuple(sorted(self._captions.values(), key=lambda c: (c.start_s, c.id))),
            changes=tuple(self._changes),
            people=tuple(self._people.values()),
            meters=tuple(self._meter(level) for _, level in sorted(self._levels.items())),
            stages={name: stage.summary() for name, stage in self._stages.items()},
            picture=self._picture,
            notices=tuple(self._notices),
            gaps=self._gaps,
            listening=self._listening,
            recording=self._recording,
            sound=self._sound,
            colours={key: n % COLOURS for key, n in self._palette.everybody().items()},
            look=self._look,
        )

    def _revise(self, caption: Caption) -> None:
        known = self._captions.get(caption.id)
        if known is not None and known.revision >= caption.revision:
            return
        self._captions[caption.id] = caption
        self._palette.number(caption.speaker_key)
        while len(self._captions) > CAPTIONS:
            self._captions.popitem(last=False)

    def _meet(self, roster: RosterHint) -> None:
        present = {person.id for person in roster.participants}
        for person in roster.participants:
            self._people[person.id] = person
        for identity, person in self._people.items():
            if identity not in present and person.left_s is None:
                self._people[identity] = Participant(
                    person.id, person.name, person.is_self, person.joined_s, roster.at_s
                )

    def _note(self, event: Event | LoudnessHint) -> None:
        if isinstance(event, Notice):
            self._notices.append(event)
        elif isinstance(event, Gap):
            self._gaps += 1
        elif isinstance(event, Listening):
            self._listening = event.on
        elif isinstance(event, Recording):
            self._recording = event.on
        elif isinstance(event, SoundPath):
            if self._sound is None or self._sound.path != event.path:
                self._levels.clear()
            self._sound = event
        elif isinstance(event, Retargeted):
            self._languages = event.languages

    def _meter(self, level: Level) -> Meter:
        person = self._people.get(self._tracks.get(level.track, level.track))
        name = person.name if person else ""
        if not name:
            name = "Everybody" if level.track == MIX else "Unknown voice"
        return Meter(level.track, name, level.rms, level.peak, level.at_s)
