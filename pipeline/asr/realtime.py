"""Native streaming by a server with a realtime WebSocket, as vLLM offers it for some models."""

import asyncio
import logging
from types import TracebackType

import aiohttp

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from pipeline.asr.belief import Belief
from pipeline.asr.openai_server import MAX_ANSWER_BYTES, OpenAIAudioSettings, OpenAIServer
from pipeline.asr.realtime_stream import RealtimeStream

log = logging.getLogger(__name__)

_PROBE = bytes(16_000)
_REMEDY = (
    "Serve a model that streams (such as Voxtral Realtime or Qwen3-ASR), or use openai-audio, "
    "which sends whole windows."
)


class Realtime:
    """One socket per utterance; words come as the server writes them and are never taken back."""

    def __init__(self, settings: OpenAIAudioSettings | None = None) -> None:
        self._settings = settings or OpenAIAudioSettings()
        where = self._settings.base_url or "that is set up"
        self.info = EngineInfo(
            name="realtime",
            punctuated=True,
            needs=(f"the server {where} with /realtime",),
        )
        self._belief = Belief()
        self.refusals = self._belief.refusals
        self._server = OpenAIServer(self._settings)
        self._model = self._settings.model

    async def health(self) -> Health:
        """Whether the server streams: half a second of silence must be answered."""
        health = await self._server.health(self._model)
        if not health.ok:
            return health
        self._model = self._model or self._server.first
        try:
            stream = await self.open(RecognitionRequest("probe", 0.0))
            try:
                await stream.feed(_PROBE)
                await stream.finish()
            finally:
                await stream.aclose()
        except EngineError as error:
            return Health(
                False, f"{self._server.base} offers no realtime: {error.message}", _REMEDY
            )
        return Health(True, f"{health.found}, streaming")

    async def open(self, request: RecognitionRequest) -> RealtimeStream:
        """Begins an utterance. Raises EngineError."""
        if not self._settings.base_url:
            raise EngineError("No recognition server is set up.", "Give its address.")
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                socket = await self._server.client().ws_connect(
                    f"{self._server.base}/realtime",
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                    max_msg_size=MAX_ANSWER_BYTES,
                )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise EngineUnavailable(
                f"The recognition server opened no realtime socket ({type(error).__name__}).",
                _REMEDY,
            ) from error
        stream = RealtimeStream(socket, request, self._belief, self._settings.timeout_s)
        try:
            await stream.begin(self._model)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._server.aclose()

    async def __aenter__(self) -> "Realtime":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
