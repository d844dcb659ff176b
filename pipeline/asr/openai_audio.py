"""Recognition by any OpenAI-compatible server: vLLM and others that offer transcriptions."""

import asyncio
import io
import json
import logging
import wave
from collections import Counter
from dataclasses import dataclass, replace
from types import TracebackType

import aiohttp

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.openai_answer import read
from pipeline.asr.slots import Slots
from pipeline.asr.whisper_guards import prompt_of, refusal
from pipeline.asr.window_stream import WindowStream

log = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 1_000_000
_LEAST_BYTES = 3200
_CHARACTERS_PER_TOKEN = 3
_FORMATS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("response_format", "verbose_json"), ("timestamp_granularities[]", "word")),
    (("response_format", "verbose_json"),),
    (("response_format", "json"),),
)
"""Best first; a server that refuses one is asked for the next from then on."""
_REFUSES = (400, 415, 422, 501)


@dataclass(frozen=True, slots=True)
class OpenAIAudioSettings:
    """Where the server is and how to ask it."""

    base_url: str = ""
    """With its version path, such as http://127.0.0.1:8000/v1."""
    model: str = ""
    """Empty takes the server's first."""
    api_key: str = ""
    step_s: float = 1.0
    """Least sound between two drafts; 0 sends finished utterances only."""
    timeout_s: float = 10.0
    draft_timeout_s: float = 5.0
    max_at_once: int = 4


class OpenAIAudio:
    """Sends windows as WAV files and checks what comes back."""

    def __init__(self, settings: OpenAIAudioSettings | None = None) -> None:
        self._settings = settings or OpenAIAudioSettings()
        where = self._settings.base_url or "that is set up"
        self.info = EngineInfo(
            name="openai-audio", word_times=True, punctuated=True, needs=(f"the server {where}",)
        )
        self.refusals: Counter[str] = Counter()
        """Windows that were not believed, by reason."""
        self._model = self._settings.model
        self._format = 0
        self._slots = Slots(max(1, self._settings.max_at_once))
        self._session: aiohttp.ClientSession | None = None

    async def health(self) -> Health:
        """Whether the server answers and has the model."""
        if not self._settings.base_url:
            remedy = "Give the address of an OpenAI-compatible server (openai_url, openai_model)."
            return Health(False, "no recognition server is set up", remedy)
        remedy = "Check the server's address, its key and that it runs."
        try:
            async with self._client().get(f"{self._base}/models") as answer:
                if answer.status != 200:
                    return Health(False, f"{self._base} answers with {answer.status}", remedy)
                names = _names(await _read(answer))
        except (aiohttp.ClientError, TimeoutError, ValueError, EngineError) as error:
            return Health(False, f"{self._base} does not answer ({type(error).__name__})", remedy)
        if names is None:
            return Health(False, f"{self._base} is no OpenAI-compatible server", remedy)
        if self._model and names and self._model not in names:
            has = ", ".join(names[:5])
            return Health(False, f"{self._base} has no model {self._model}", f"It has: {has}.")
        self._model = self._model or next(iter(names), "")
        return Health(True, f"{self._model or 'a model'} at {self._base}")

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
        prompt = prompt_of(piece.terms, lambda text: len(text) // _CHARACTERS_PER_TOKEN)
        async with self._slots.place(piece.final):
            raw = await self._transcribe(piece, prompt)
        heard = read(raw, language=piece.language, length_s=length_s, prompt=prompt)
        reason = refusal(heard)
        if not reason and heard.words and piece.language and heard.language != piece.language:
            reason = "language"
        if not reason:
            return heard
        self.refusals[reason] += 1
        log.debug("A window was not believed: %s", reason)
        return replace(heard, words=(), language=piece.language) if piece.final else None

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> "OpenAIAudio":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    @property
    def _base(self) -> str:
        return self._settings.base_url.rstrip("/")

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
        url = f"{self._base}/audio/transcriptions"
        async with self._client().post(url, data=form) as answer:
            return answer.status, await _read(answer)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            key = self._settings.api_key
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_s),
                headers={"Authorization": f"Bearer {key}"} if key else {},
            )
        return self._session


def wav(pcm: bytes) -> bytes:
    """16 kHz PCM16 as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes(pcm[: len(pcm) // 2 * 2])
    return file.getvalue()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in answer.content.iter_chunked(16_384):
        raw += chunk
        if len(raw) > MAX_ANSWER_BYTES:
            raise EngineError("The recognition server's answer is far too long.")
    return bytes(raw)


def _names(raw: bytes) -> list[str] | None:
    """Names of the models a server lists; None where it lists none in the usual form."""
    try:
        data = json.loads(raw)["data"]
        return [str(each["id"]) for each in data]
    except (ValueError, LookupError, TypeError):
        return None
