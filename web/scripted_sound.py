"""A recorded meeting without a meeting: a tone for every word, to try the player."""

import hashlib
import math
import struct
from array import array
from collections.abc import AsyncIterator

from domain.audio import SAMPLE_RATE, Gap
from domain.serving import SoundPiece, Soundtrack
from web import scripted_data as data
from web.scripted import Office

HEADER = 44
PIECE_S = 30.0
STEP = 1 << 16


class ScriptedSound:
    """The SoundDesk port; the meeting that is over was recorded, with a gap."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def soundtrack(self, meeting_id: str) -> Soundtrack | None:
        meeting = self._office.entry(meeting_id).meeting
        if meeting.id != data.OVER:
            return None
        lines = self._office.lines(meeting.id)
        length_s = math.ceil(max(line.end_s for line in lines)) + 1.0
        pieces = []
        for number in range(math.ceil(length_s / PIECE_S)):
            start_s = number * PIECE_S + (4.0 if number == 1 else 0.0)
            end_s = min(length_s, (number + 1) * PIECE_S)
            inside = tuple(s.id for s in lines if s.start_s < end_s and s.end_s > start_s)
            checksum = hashlib.sha256(f"piece {number}".encode()).hexdigest()
            pieces.append(SoundPiece("mix", start_s, end_s, checksum, inside))
        gap = Gap("mix", PIECE_S, PIECE_S + 4.0, 4 * SAMPLE_RATE, "interrupted")
        size = HEADER + 2 * round(length_s * SAMPLE_RATE)
        return Soundtrack(length_s, size, "scripted", tuple(pieces), (gap,), True)

    async def read(self, meeting_id: str, first: int, last: int) -> AsyncIterator[bytes]:
        found = await self.soundtrack(meeting_id)
        assert found is not None
        starts = [word.start_s for s in self._office.lines(meeting_id) for word in s.words]
        size = found.bytes - HEADER
        header = struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1),
            *(SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16, b"data", size),
        )
        while first <= last:
            stop = min(last + 1, first + STEP)
            if first < HEADER:
                stop = min(stop, HEADER)
                yield header[first:stop]
            else:
                begin, end = (first - HEADER) // 2, (stop - HEADER + 1) // 2
                sound = _tones(starts, begin, end)
                skip = first - HEADER - 2 * begin
                yield sound[skip : skip + stop - first]
            first = stop


def _tones(starts: list[float], begin: int, end: int) -> bytes:
    sound = array("h", bytes(2 * (end - begin)))
    for number, start_s in enumerate(starts):
        at = round(start_s * SAMPLE_RATE)
        pitch = 2 * math.pi * (330 + 40 * (number % 7)) / SAMPLE_RATE
        for sample in range(max(begin, at), min(end, at + SAMPLE_RATE // 8)):
            sound[sample - begin] = round(6000 * math.sin(pitch * (sample - at)))
    return sound.tobytes()
