"""A mail server on this machine that keeps what it is sent: as much of SMTP as a sender needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class MailServer:
    """Takes mail, and refuses the first `busy` tries and the receiver `refused`."""

    def __init__(self, busy: int = 0, refused: str = "") -> None:
        self.busy = busy
        self.refused = refused
        self.mails: list[tuple[str, str]] = []
        """Receiver and message as it was sent, in order."""
        self.arrived = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """The port while it runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to = ""
        writer.write(b"220 stand-in\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            answer = "250 ok"
            if verb.startswith("RCPT"):
                to = line[8:].strip("<> ")
                if self.busy:
                    self.busy -= 1
                    answer = "451 try again"
                elif to == self.refused:
                    answer = "550 no such person"
            elif verb == "DATA":
                writer.write(b"354 go\r\n")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append((to, raw[:-3].decode()))
                self.arrived.set()
            elif verb == "QUIT":
                answer = "221 bye"
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()
