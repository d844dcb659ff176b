"""Watches over the sound: switches its path, and tells what is wrong with it."""

from bot.alarms import CLIPPING, LOUD, TrackAlarms
from bot.gate import Gate
from bot.outbox import Outbox
from bot.paths import NONE, Paths, Switch
from domain.audio import Gap, Level
from domain.events import Notice, SoundPath, StageTimed

NO_SOUND = "Meet shows speech, but no sound arrives."
UNHEARD = "no_sound"

SoundEvent = Level | Gap | Notice | StageTimed | SoundPath


class SoundWatch:
    """Told of loudness and of what Meet says; `look` acts on it, a few times a second."""

    def __init__(self, gate: Gate, events: Outbox[SoundEvent]) -> None:
        self.paths = Paths()
        self.tracks = TrackAlarms()
        self._gate = gate
        self._events = events
        self._alarm_s: float | None = None
        self._told: tuple[object, ...] = ()

    @property
    def alarms(self) -> tuple[str, ...]:
        """What is wrong now, in plain words."""
        unheard = (NO_SOUND,) if self.paths.alarm_s is not None else ()
        return unheard + tuple(_words(kind, track) for kind, track in self.tracks.on)

    def level(self, path: str, level: Level) -> bool:
        """A track's loudness; whether its path carries."""
        self.paths.heard(path, level.at_s, level.rms)
        carries = path == self._gate.carrying
        if carries:
            self.tracks.level(level)
        return carries

    def told(self, track: str, level: float, at_s: float) -> None:
        """Meet says how loud somebody else is on a track."""
        self.tracks.told(track, level, at_s)
        if level >= LOUD:
            self.paths.spoken(at_s)

    def look(self, now_s: float, page_s: float) -> None:
        """Switches where that is due, and tells what has changed; `page_s` is the page's newest
        word."""
        switch = self.paths.look(now_s)
        if switch is not None:
            self._switch(switch, now_s)
        self._unheard(now_s)
        for kind, track, begins in self.tracks.news(page_s):
            if begins:
                self._events.put(Notice(kind, _words(kind, track), now_s))
        self._tell(now_s)

    def away(self) -> None:
        """The page is gone: an alarm ends with its last sound."""
        if self._alarm_s is not None:
            self._gate.silent(self._alarm_s, self._gate.end_s, UNHEARD)
        self._alarm_s = None
        self.paths.calm()

    def _switch(self, switch: Switch, now_s: float) -> None:
        if self._alarm_s is not None:
            self._gate.cause = self._gate.cause or UNHEARD
        begins_s = self._gate.switch(switch.path, switch.since_s)
        instead = ""
        if switch.was != NONE:
            self.tracks.forget()
            instead = f" instead of the {switch.was}"
        text = f"Sound comes from the {switch.path}{instead}: {switch.reason}."
        self._events.put(Notice("audio_path", text, now_s))
        if self._alarm_s is not None:
            self._gate.silent(self._alarm_s, now_s if begins_s is None else begins_s, UNHEARD)
            self._alarm_s = None

    def _unheard(self, now_s: float) -> None:
        began_s = self.paths.alarm_s
        if began_s is not None and self._alarm_s is None:
            self._gate.cause = self._gate.cause or UNHEARD
            self._events.put(Notice(UNHEARD, NO_SOUND, now_s))
        elif began_s is None and self._alarm_s is not None:
            self._gate.silent(self._alarm_s, now_s, UNHEARD)
            self._events.put(Notice("sound_back", "Sound arrives again.", now_s))
        self._alarm_s = began_s

    def _tell(self, now_s: float) -> None:
        paths = self.paths
        state = (paths.path, paths.reason, paths.switched_s, self.alarms)
        if state != self._told:
            self._told = state
            self._events.put(SoundPath(*state, now_s))


def _words(kind: str, track: str) -> str:
    if kind == CLIPPING:
        return f"The sound of {track} is cut off at full scale."
    return f"No sound of {track} arrives any more."
