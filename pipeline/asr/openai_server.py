"""A server of the OpenAI kind: its address, its connections, and whether it has the model."""

import json
from dataclasses import dataclass

import aiohttp

from domain.engines import Health
from domain.errors import EngineError

MAX_ANSWER_BYTES = 1_000_000


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


class OpenAIServer:
    """Connections to one server, opened when first needed."""

    def __init__(self, settings: OpenAIAudioSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self.first = ""
        """The first model that the server lists; empty before `health`."""

    @property
    def base(self) -> str:
        return self._settings.base_url.rstrip("/")

    async def health(self, model: str) -> Health:
        """Whether the server answers and has the model."""
        if not self._settings.base_url:
            remedy = (
                "Set hearing.openai_url and hearing.openai_model to those of an"
                " OpenAI-compatible server."
            )
            return Health(False, "no recognition server is set up", remedy)
        remedy = "Check the server's address, its key and that it runs."
        try:
            async with self.client().get(f"{self.base}/models") as answer:
                if answer.status != 200:
                    return Health(False, f"{self.base} answers with {answer.status}", remedy)
                names = _names(await read_bounded(answer))
        except (aiohttp.ClientError, TimeoutError, ValueError, EngineError) as error:
            return Health(False, f"{self.base} does not answer ({type(error).__name__})", remedy)
        if names is None:
            return Health(False, f"{self.base} is no OpenAI-compatible server", remedy)
        if model and names and model not in names:
            has = ", ".join(names[:5])
            return Health(False, f"{self.base} has no model {model}", f"It has: {has}.")
        self.first = next(iter(names), "")
        return Health(True, f"{model or self.first or 'a model'} at {self.base}")

    def client(self) -> aiohttp.ClientSession:
        """The session for requests."""
        if self._session is None:
            key = self._settings.api_key
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_s),
                headers={"Authorization": f"Bearer {key}"} if key else {},
            )
        return self._session

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def read_bounded(answer: aiohttp.ClientResponse) -> bytes:
    """An answer's bytes. Raises EngineError where there are too many."""
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
