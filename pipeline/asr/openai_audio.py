"""Recognition by any OpenAI-compatible server: vLLM and others that offer transcriptions."""

import asyncio
import io
import wave
from dataclasses import replace
from types import TracebackType

import aiohttp

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.languages import name as language_name
from domain.ports import RecognitionRequest
from pipeline.asr.belief import Belief
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.openai_answer import read
from pipeline.asr.openai_server import OpenAIAudioSettings, OpenAIServer, read_bounded
from pipeline.asr.slots import Slots
from pipeline.asr.whisper_guards import believable_before, prompt_of
from pipeline.asr.window_stream import WindowStream

_LEAST_BYTES = 3200
_CHARACTERS_PER_TOKEN = 3
_FORMATS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("response_format", "verbose_json"), ("timestamp_granularities[]", "word")),
    (("response_format", "verbose_json"),),
    (("response_format", "json"),),
)
"""Best first; a server that refuses one is asked for the next from then on."""
_REFUSES = (400, 415, 422, 501)


class OpenAIAudio:
    """Sends windows as WAV files and checks what comes back."""

    def __init__(self, settings: OpenAIAudioSettings | None = None) -> None:
        self._settings = settings or OpenAIAudioSettings()
        where = self._settings.base_url or "that is set up"
        self.info = EngineInfo(name="openai-audio", punctuated=True, needs=(f"the server {where}",))
        self._belief = Belief()
        self.refusals = self._belief.refusals
        self._model = self._settings.model
        self._format = 0
        self._slots = Slots(max(1, self._settings.max_at_once))
        self._server = OpenAIServer(self._settings)

    async def health(self) -> Health:
        """Whether the server answers and has the model."""
        health = await self._server.health(self._model)
        self._model = self._model or self._server.first
        return health

    async def open(self, request: RecognitionRequest) -> WindowStream:
        """Begins an utterance. Raises EngineError."""
        if not self._settings.base_url:
            raise EngineError("No recognition server is set up.", "Give its address.")
        return WindowStream(self, request, self._settings.step_s)

    async def decode(self, piece: Piece) -> Decoded | None:
        """See `Decoder`."""
        length_s = len(piece.pcm) / 2 / SAMPLE_RATE
        if len(piece.pcm) < _LEAST_BYTES:
            return Decoded((), piece.language, length_s)
        terms = prompt_of(piece.terms, lambda text: len(text) // _CHARACTERS_PER_TOKEN)
        before = believable_before(self._belief.context(piece))
        async with self._slots.place(piece.final):
            raw = await self._transcribe(piece, " ".join(part for part in (terms, before) if part))
        heard = read(raw, language=piece.language, length_s=length_s, prompt=terms)
        other = heard.words and piece.language and heard.language != piece.language
        believed = self._belief.judge(replace(heard, context=before), piece)
        if other and believed is not None and believed.words:
            self.refusals["language"] += 1
            if piece.final:
                raise EngineError(
                    f"The recognition server hears {language_name(heard.language)} where "
                    f"{language_name(piece.language)} was asked for.",
                    "Check the server's model, or the languages that are set.",
                )
            return None
        return believed

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._server.aclose()

    async def __aenter__(self) -> "OpenAIAudio":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _transcribe(self, piece: Piece, prompt: str) -> bytes:
        settings = self._settings
        limit_s = settings.timeout_s if piece.final else settings.draft_timeout_s
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    asked = self._format
                    status, raw = await self._post(piece, prompt, asked)
                    if status not in _REFUSES or asked == len(_FORMATS) - 1:
                        break
                    self._format = max(self._format, asked + 1)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise EngineUnavailable(
                f"The recognition server did not answer ({type(error).__name__}).",
                "Check that it runs and is not overloaded.",
            ) from error
        if status != 200:
            raise EngineUnavailable(
                f"The recognition server answers with status {status}.",
                "Look at the server's log; check the model's name and the key.",
            )
        return raw

    async def _post(self, piece: Piece, prompt: str, asked: int) -> tuple[int, bytes]:
        form = aiohttp.FormData()
        form.add_field("file", wav(piece.pcm), filename="speech.wav", content_type="audio/wav")
        fields = [("model", self._model), ("language", piece.language), ("prompt", prompt)]
        for key, value in [*fields, ("temperature", "0"), *_FORMATS[asked]]:
            if value:
                form.add_field(key, value)
        url = f"{self._server.base}/audio/transcriptions"
        async with self._server.client().post(url, data=form) as answer:
            return answer.status, await read_bounded(answer)


def wav(pcm: bytes) -> bytes:
    """16 kHz PCM16 as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes(pcm[: len(pcm) // 2 * 2])
    return file.getvalue()
