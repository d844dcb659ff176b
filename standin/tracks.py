"""The three lines as WebRTC tracks, and the mark of the speaker in their packets."""

import asyncio
import struct
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from aiortc import MediaStreamTrack, RTCRtpSender
from av import AudioFrame

from standin.stage import TICK_SAMPLES, LineSound, Stage
from standin.voices import RATE

_HEADER = 12
_COUNT_MASK = 0x0F
_RTCP = range(192, 224)


class LineTrack(MediaStreamTrack):
    """One of the three lines, paced by the stage's clock."""

    kind = "audio"

    def __init__(self, stage: Stage, index: int) -> None:
        super().__init__()
        self.stream_id = 0
        """Whom the newest frame carries; 0 for nobody."""
        self._stage, self._index = stage, index
        self._next = stage.due_tick() + 1
        self._pts = 0

    async def recv(self) -> AudioFrame:
        """The next 20 ms."""
        wait_s = self._stage.due_monotonic_s(self._next) - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        sound: LineSound = self._stage.tick(self._next).lines[self._index]
        self._next += 1
        self.stream_id = sound.stream_id
        frame = AudioFrame(format="s16", layout="mono", samples=TICK_SAMPLES)
        frame.planes[0].update(sound.pcm.tobytes())
        frame.pts, frame.sample_rate = self._pts, RATE
        frame.time_base = Fraction(1, RATE)
        self._pts += TICK_SAMPLES
        return frame


def with_source(packet: bytes, source: int) -> bytes:
    """An RTP packet that names one contributing source."""
    first = packet[0] & ~_COUNT_MASK | 1
    return bytes([first]) + packet[1:_HEADER] + struct.pack("!L", source) + packet[_HEADER:]


def mark_sources(senders: dict[RTCRtpSender, LineTrack]) -> None:
    """Makes the senders' packets name the speaker that their track carries."""
    tracks = {sender._ssrc: track for sender, track in senders.items()}
    transports: set[Any] = {sender.transport for sender in senders}
    for transport in transports:
        transport._send_rtp = _marker(transport._send_rtp, tracks)


def _marker(send: Callable[[bytes], Any], tracks: dict[int, LineTrack]) -> Callable[[bytes], Any]:
    async def marked(packet: bytes) -> None:
        if packet[1] not in _RTCP:
            track = tracks.get(struct.unpack_from("!L", packet, 8)[0])
            if track is not None and track.stream_id:
                packet = with_source(packet, track.stream_id)
        await send(packet)

    return marked
