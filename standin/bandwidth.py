"""The bandwidth that the site reports to a guest's camera: steady, as on a good line.

aiortc estimates it from arrival times alone. On a busy machine these say more of the
processor than of the line, and the browser would throttle a picture that loopback carries
with ease.
"""

import time
from typing import Any

from aiortc import RTCPeerConnection

BITS_PER_SECOND = 2_500_000
EVERY_S = 0.5


class SteadyEstimator:
    """Stands where aiortc keeps its estimator; reports the same every half second."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def add(self, **packet: Any) -> tuple[int, list[int]] | None:
        """(bits per second, sources) when a report is due, as aiortc expects."""
        now_s = time.monotonic()
        if now_s < self._next_s:
            return None
        self._next_s = now_s + EVERY_S
        return BITS_PER_SECOND, [packet["ssrc"]]


def steady_bandwidth(connection: RTCPeerConnection) -> None:
    """Replaces the estimator of every video receiver of a negotiated connection."""
    for transceiver in connection.getTransceivers():
        if transceiver.kind == "video":
            name = "_RTCRtpReceiver__remote_bitrate_estimator"
            setattr(transceiver.receiver, name, SteadyEstimator())
