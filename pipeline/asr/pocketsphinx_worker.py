"""The process that decodes for pocketsphinx.py. It stands alone: only the library is imported.

The first process loads the models once and forks a child for every socket that it is handed,
so that all children share the models' memory and start in milliseconds. A child answers each
`s` (sound) and `f` (finish) message with the words so far; `o` opens an utterance.
Message: one letter, length as unsigned 32 bit, payload. Answer: length, JSON list of words
[text, start_s, end_s, confidence] with seconds since the utterance's first sample.
"""

import contextlib
import gc
import json
import os
import re
import signal
import socket
import struct
import sys
from typing import Any

HEADER = struct.Struct("<cI")
LENGTH = struct.Struct("<I")
FRAME_S = 0.01
BYTES_PER_S = 32_000
REHEAR_AT_S = (0.6, 1.0, 1.6, 2.6)
"""A fresh decoder hears its first utterance again at these lengths, each time more used to the
voice; where it lags, which shows by long pieces, only once and at the end."""

_FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")
_ALTERNATE = re.compile(r"\(\d+\)$")


def new_decoder() -> Any:
    """A decoder of the bundled English model, tuned for speed."""
    from pocketsphinx import Decoder

    return Decoder(samprate=16000, loglevel="FATAL", fwdflat=False, maxhmmpf=10000, maxwpf=20)


def words_of(decoder: Any) -> list[tuple[str, float, float, float]]:
    """The decoder's present words without fillers and alternate marks."""
    if decoder.hyp() is None:
        return []
    return [
        (
            _ALTERNATE.sub("", segment.word),
            round(segment.start_frame * FRAME_S, 2),
            round((segment.end_frame + 1) * FRAME_S, 2),
            round(min(1.0, max(0.0, segment.prob)), 4),
        )
        for segment in decoder.seg()
        if not _FILLER.match(segment.word)
    ]


class Listening:
    """One decoder and the utterance in it."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._rehear = list(REHEAR_AT_S)
        self._sound = bytearray()
        self._open = False
        self._lags = False

    def handle(self, command: bytes, payload: bytes) -> list[tuple[str, float, float, float]]:
        """Does what a message asks; the words as they stand afterwards."""
        if command == b"o":
            self._close()
            self._sound.clear()
            self._lags = False
            self._decoder.start_utt()
            self._open = True
            return []
        if command == b"s":
            self._hear(payload)
        else:
            if self._lags and self._rehear:
                self._rehear.clear()
                self._again()
            self._close()
        return words_of(self._decoder) if self._sound else []

    def _hear(self, pcm: bytes) -> None:
        self._decoder.process_raw(pcm, False, False)
        self._sound += pcm
        reached = [at_s for at_s in self._rehear if len(self._sound) >= at_s * BYTES_PER_S]
        del self._rehear[: len(reached)]
        if len(pcm) > BYTES_PER_S:
            self._rehear = reached + self._rehear
            self._lags = True
        elif reached:
            self._again()

    def _again(self) -> None:
        self._decoder.end_utt()
        self._decoder.start_utt()
        self._decoder.process_raw(bytes(self._sound), False, False)

    def _close(self) -> None:
        if self._open:
            self._decoder.end_utt()
            self._open = False


def serve(connection: socket.socket, decoder: Any) -> None:
    """Answers messages until the other side hangs up."""
    listening = Listening(decoder)
    with contextlib.suppress(ConnectionError), connection.makefile("rwb") as stream:
        while header := stream.read(HEADER.size):
            command, length = HEADER.unpack(header)
            answer = json.dumps(listening.handle(command, stream.read(length))).encode()
            stream.write(LENGTH.pack(len(answer)) + answer)
            stream.flush()


def main(control_fd: int) -> None:
    """Loads the models, says so with one zero, then forks a child per socket received."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=control_fd)
    decoder = new_decoder()
    gc.collect()
    gc.freeze()
    control.sendall(LENGTH.pack(0))
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        child = os.fork()
        if child == 0:
            control.close()
            serve(socket.socket(fileno=fds[0]), decoder)
            os._exit(0)
        os.close(fds[0])
        control.sendall(LENGTH.pack(child))


if __name__ == "__main__":
    main(int(sys.argv[1]))
