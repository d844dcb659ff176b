"""No diarization: nobody is told apart."""

from collections.abc import Sequence

from domain.engines import EngineInfo, Health
from domain.ports import DiarizationStream
from domain.speakers import Turn, Voiceprint


class NoDiarizer:
    """The Diarizer port without any turns."""

    info = EngineInfo("none")

    async def health(self) -> Health:
        """Works everywhere."""
        return Health(True, "voices are not told apart")

    async def open(self, track: str, voices: Sequence[Voiceprint] = ()) -> DiarizationStream:
        """A stream that hears nothing."""
        return _Nothing()

    async def whole(self, pcm: bytes, voices: Sequence[Voiceprint] = ()) -> Sequence[Turn]:
        """No turns."""
        return ()

    async def aclose(self) -> None:
        """Holds nothing."""


class _Nothing:
    async def feed(self, pcm: bytes, start_s: float) -> Sequence[Turn]:
        return ()

    async def finish(self) -> Sequence[Turn]:
        return ()

    async def aclose(self) -> None:
        return None
