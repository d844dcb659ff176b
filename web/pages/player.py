"""The recorded sound of a meeting, for the player on its page."""

from collections.abc import AsyncIterator

from aiohttp import web

from domain.errors import UsageError
from domain.languages import joiner
from domain.serving import Soundtrack
from domain.transcripts import Segment
from web.pages.desks import Desks
from web.ranges import ranged
from web.templating import HEADERS


class PlayerRoutes:
    """GET /meetings/ID/sound, in parts where a browser asks for parts."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def sound(self, request: web.Request) -> web.StreamResponse:
        """All tracks mixed, as a WAV file."""
        desk, meeting_id = self._desks.sound, request.match_info["meeting"]
        found = await desk.soundtrack(meeting_id)
        if found is None:
            raise UsageError("This meeting was not recorded.", "Its words can be read.")

        def read(first: int, last: int) -> AsyncIterator[bytes]:
            return desk.read(meeting_id, first, last)

        headers = {**HEADERS, "Content-Type": "audio/wav", "ETag": f'"{found.tag}"'}
        return await ranged(request, found.bytes, headers, read)


def word_times(segment: Segment) -> str:
    """Where the words of a line begin: "seconds/place in the text" each; empty where the words
    do not make up the text. Places count as JavaScript does."""
    between = joiner(segment.language)
    if not segment.words or between.join(word.text for word in segment.words) != segment.text:
        return ""
    told, place = [], 0
    for word in segment.words:
        told.append(f"{word.start_s:.2f}/{place}")
        place += _long(word.text) + _long(between)
    return " ".join(told)


def _long(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def lost(sound: Soundtrack) -> str:
    """Stretches that are missing on every track: "from-to" in seconds each."""
    silent: list[list[float]] = []
    end_s = 0.0
    for piece in sorted(sound.pieces, key=lambda piece: piece.start_s):
        if piece.start_s - end_s > 1.0:
            silent.append([end_s, piece.start_s])
        end_s = max(end_s, piece.end_s)
    told = [gap for gap in silent if any(_touch(gap, g.start_s, g.end_s) for g in sound.gaps)]
    return " ".join(f"{start_s:.1f}-{stop_s:.1f}" for start_s, stop_s in told)


def _touch(stretch: list[float], start_s: float, end_s: float) -> bool:
    return start_s < stretch[1] and end_s > stretch[0]
