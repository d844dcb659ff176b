"""Turns from a list, for tests and demonstrations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.ports import DiarizationStream
from domain.speakers import Turn, Voiceprint


class ScriptedDiarizer:
    """Gives each turn of a track's list once the track was heard up to the turn's end.

    `turns` by track; the turns of "" serve `whole` and every track without a list. An enrolled
    voice whose id is a turn's label gives the turn its name.
    """

    info = EngineInfo("scripted")

    def __init__(self, turns: Mapping[str, Sequence[Turn]] | None = None) -> None:
        self._turns = dict(turns or {})

    async def health(self) -> Health:
        """Works everywhere."""
        return Health(True, "turns from a list")

    async def open(self, track: str, voices: Sequence[Voiceprint] = ()) -> DiarizationStream:
        """Begins a track."""
        return _Script(self._of(track, voices))

    async def whole(self, pcm: bytes, voices: Sequence[Voiceprint] = ()) -> Sequence[Turn]:
        """The turns that end within the sound."""
        length_s = len(pcm) / 2 / SAMPLE_RATE
        return [turn for turn in self._of("", voices) if turn.end_s <= length_s]

    async def aclose(self) -> None:
        """Holds nothing."""

    def _of(self, track: str, voices: Sequence[Voiceprint]) -> list[Turn]:
        names = {voice.id: voice.name for voice in voices}
        found = self._turns.get(track, self._turns.get("", ()))
        named = [replace(turn, name=names.get(turn.label, turn.name)) for turn in found]
        return sorted(named, key=lambda turn: (turn.end_s, turn.start_s))


class _Script:
    def __init__(self, turns: list[Turn]) -> None:
        self._waiting = turns

    async def feed(self, pcm: bytes, start_s: float) -> Sequence[Turn]:
        end_s = start_s + len(pcm) / 2 / SAMPLE_RATE
        due = [turn for turn in self._waiting if turn.end_s <= end_s]
        self._waiting = self._waiting[len(due) :]
        return due

    async def finish(self) -> Sequence[Turn]:
        return ()

    async def aclose(self) -> None:
        self._waiting = []
