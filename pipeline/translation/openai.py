"""Translation by any OpenAI-compatible server: vLLM, Ollama and others."""

import asyncio
import re
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from domain.captions import Translation, TranslationState
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.languages import joiner
from domain.ports import TranslationRequest
from domain.text import clean
from pipeline.translation.checks import check, tidy
from pipeline.translation.finals_first import FinalsFirst
from pipeline.translation.licences import licence_of
from pipeline.translation.openai_body import Bodies
from pipeline.translation.openai_wire import Answer, Busy, Rejected, Wire
from pipeline.translation.protect import translate_keeping


@dataclass(frozen=True, slots=True)
class OpenAISettings:
    """Where the server is and how to ask it."""

    base_url: str
    """With its version path, such as http://127.0.0.1:8000/v1."""
    model: str = ""
    """Empty for the first that the server lists."""
    api_key: str = ""
    timeout_s: float = 10.0
    draft_s: float = 2.0
    """A streamed draft is taken as far as it came by then."""
    patience_s: float = 2.0
    """A final waits so long where the server asks for it; a draft never does."""
    max_at_once: int = 8
    pairs: frozenset[tuple[str, str]] | None = None
    """Directions the model is good at; None for any."""


class OpenAITranslator:
    """Asks a chat model for plain text and checks what it answers."""

    def __init__(self, settings: OpenAISettings) -> None:
        licence = licence_of(settings.model)
        needs = (f"the server at {settings.base_url}", *((licence.told(),) if licence else ()))
        self.info = EngineInfo("openai", needs=needs)
        self._settings = settings
        self._wire = Wire(settings.base_url, settings.api_key, settings.timeout_s)
        self._bodies = Bodies()
        self._places = FinalsFirst(settings.max_at_once)
        self._model = settings.model
        self._known = False
        self._rests_until = 0.0

    async def health(self) -> Health:
        try:
            self._learn(await self._wire.models())
        except EngineError as error:
            return Health(False, error.message, error.remedy)
        licence = licence_of(self._model)
        server = "vLLM" if self._bodies.vllm else "server"
        found = f"{self._model or 'No model'} on the {server} at {self._wire.base}."
        return Health(bool(self._model), f"{found} {licence.told() if licence else ''}".strip())

    def pairs(self) -> frozenset[tuple[str, str]] | None:
        return self._settings.pairs

    async def translate(self, request: TranslationRequest) -> Translation:
        """Asks whole for finals; drafts are streamed and may come as far as they got."""
        if not self._known:
            await self._look()
        asked = replace(request, text=clean(request.text, 8000))
        quality: float | None = None

        async def say(text: str) -> str:
            nonlocal quality
            holders = re.findall(r"Zq[a-t]{2}x", text)
            now = replace(asked, text=text, terms=(*asked.terms, *holders))
            answer = await self._answer(now)
            quality = answer.quality
            return answer.text

        text = (await translate_keeping(asked, say)).text
        check(text, asked)
        hops = (request.source, request.target)
        return Translation(
            request.target, text, TranslationState.FINAL, self.info.name, hops, quality
        )

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def _look(self) -> None:
        """Learns what the server is; one that lists no models is used with the model named."""
        try:
            self._learn(await self._wire.models())
        except Rejected:
            if not self._model:
                raise
            self._known = True

    def _learn(self, listed: list[dict[str, Any]]) -> None:
        names = [str(each.get("id", "")) for each in listed]
        self._bodies.vllm = any(each.get("owned_by") == "vllm" for each in listed)
        self._model = self._model or next(iter(names), "")
        self._known = True

    async def _answer(self, request: TranslationRequest) -> Answer:
        """The tidied answer; asked again without an end at the line where that left nothing."""
        answer = await self._patiently(request)
        if answer.text or not answer.thought or self._bodies.many_lines:
            return answer
        self._bodies.many_lines = True
        return await self._patiently(request)

    async def _patiently(self, request: TranslationRequest) -> Answer:
        await self._rest(request)
        try:
            return await self._understood(request)
        except Busy as busy:
            wait_s = 1.0 if busy.retry_after_s is None else busy.retry_after_s
            self._rests_until = asyncio.get_running_loop().time() + min(wait_s, 60.0)
            if request.draft or wait_s > self._settings.patience_s:
                raise
        await self._rest(request)
        return await self._understood(request)

    async def _rest(self, request: TranslationRequest) -> None:
        left_s = self._rests_until - asyncio.get_running_loop().time()
        if left_s <= 0:
            return
        if request.draft or left_s > self._settings.patience_s:
            raise EngineUnavailable("The translation server asked for a pause.")
        await asyncio.sleep(left_s)

    async def _understood(self, request: TranslationRequest) -> Answer:
        """Leaves out optional fields that the server refuses, and remembers it."""
        guessed: set[str] = set()
        while True:
            body = self._bodies.make(self._model, request)
            try:
                return await self._once(request, body)
            except Rejected as rejected:
                sent = self._bodies.optional(body)
                if not sent:
                    self._bodies.restore(guessed)
                    raise
                guessed |= self._bodies.refuse(sent, rejected.told)

    async def _once(self, request: TranslationRequest, body: dict[str, Any]) -> Answer:
        async with self._places.place(draft=request.draft):
            if request.draft:
                answer = await self._streamed(request, body)
            else:
                answer = await self._wire.ask(body)
        return self._joined(answer, request, body)

    async def _streamed(self, request: TranslationRequest, body: dict[str, Any]) -> Answer:
        """A draft as far as it came: whole words only."""
        answer = Answer("", whole=False)
        slow = EngineUnavailable("The translation server was too slow for a draft.")
        try:
            async with asyncio.timeout(self._settings.draft_s):
                async with aclosing(self._wire.stream(body)) as answers:
                    async for each in answers:
                        answer = each
        except TimeoutError:
            pass
        except EngineUnavailable as error:
            slow = error
        if answer.whole:
            return replace(answer, thought="<think" in answer.text)
        whole_words = answer.text.rpartition(" ")[0] if joiner(request.target) else answer.text
        if not whole_words.strip() or "<think" in whole_words:
            raise slow
        return replace(answer, text=whole_words)

    def _joined(self, answer: Answer, request: TranslationRequest, body: dict[str, Any]) -> Answer:
        """The answer without what is none, after what is shown where it goes on from there."""
        text = tidy(answer.text, request.text)
        thought = answer.thought or (not text and bool(answer.text.strip()))
        if self._bodies.continues(body) and text:
            between = joiner(request.target) if text[0].isalnum() else ""
            text = f"{request.shown}{between}{text}"
        return replace(answer, text=text, thought=thought)
