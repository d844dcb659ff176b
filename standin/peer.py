"""The site's end of one guest's WebRTC connection."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from aiortc import MediaStreamTrack, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from standin.bandwidth import steady_bandwidth
from standin.observer import Observer
from standin.session_command import acknowledgement, caption_command
from standin.stage import LINES, Stage
from standin.tracks import LineTrack, mark_sources

log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a task that somebody owns."""


class GuestPeer:
    """Sends the three lines and the data channels' messages, receives camera and microphone."""

    def __init__(self, stage: Stage, observer: Observer | None, spawn: Spawn) -> None:
        self.connected: Callable[[], None] = lambda: None
        """Called once the connection stands."""
        self.roster_wanted: Callable[[], None] = lambda: None
        """Called when a roster channel opens."""
        self.captions_wanted: Callable[[str], None] = lambda language: None
        """Called with the language when the page asks for captions by command."""
        self._stage, self._observer, self._spawn = stage, observer, spawn
        self._connection = RTCPeerConnection()
        self._channels: list[RTCDataChannel] = []
        self._connection.on("track", self._on_track)
        self._connection.on("datachannel", self._on_channel)
        self._connection.on("connectionstatechange", self._on_state)

    async def answer(self, sdp: str, receive_mids: list[str]) -> str:
        """The answer to the page's offer; `receive_mids` are the lines that the page receives."""
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        senders = {}
        wanted = receive_mids[:LINES]
        for transceiver in self._connection.getTransceivers():
            if transceiver.mid in wanted:
                track = LineTrack(self._stage, wanted.index(transceiver.mid))
                transceiver.sender.replaceTrack(track)
                transceiver.direction = "sendonly"
                senders[transceiver.sender] = track
        description = await self._connection.createAnswer()
        await self._connection.setLocalDescription(description)
        mark_sources(senders)
        steady_bandwidth(self._connection)
        return self._connection.localDescription.sdp

    def send(self, label: str, message: bytes) -> bool:
        """Sends to every open channel of a label; whether there was one."""
        sent = False
        for channel in self._channels:
            if channel.label == label and channel.readyState == "open":
                channel.send(message)
                sent = True
        return sent

    async def aclose(self) -> None:
        """Ends the connection."""
        await self._connection.close()

    def _on_state(self) -> None:
        log.debug("the guest's connection is %s", self._connection.connectionState)
        if self._connection.connectionState == "connected":
            self.connected()

    def _on_track(self, track: MediaStreamTrack) -> None:
        if self._observer is None:
            return
        if track.kind == "video":
            self._spawn(self._observer.watch_camera(track))
        else:
            self._spawn(self._observer.hear_microphone(track))

    def _on_channel(self, channel: RTCDataChannel) -> None:
        self._channels.append(channel)
        if channel.label == "collections":
            self.roster_wanted()
        elif channel.label == "media-session":
            channel.on("message", lambda message: self._on_command(channel, message))

    def _on_command(self, channel: RTCDataChannel, message: str | bytes) -> None:
        command = caption_command(message) if isinstance(message, bytes) else None
        if command is not None:
            channel.send(acknowledgement(command.op))
            self.captions_wanted(command.language)
