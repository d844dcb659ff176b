"""CTranslate2: OPUS-MT, NLLB-200 and M2M-100 models from folders, on a processor or a GPU."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from domain.captions import Translation, TranslationState
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.languages import joiner
from domain.ports import TranslationRequest
from domain.text import clean
from pipeline.asr.one_thread import OneThread
from pipeline.translation.checks import check
from pipeline.translation.ctranslate_model import CTranslateModel, Decoding, Said, sentences_of
from pipeline.translation.licences import LICENCES
from pipeline.translation.model_folders import Marks, ModelFolder, Pair, find
from pipeline.translation.model_shelf import ModelShelf
from pipeline.translation.protect import translate_keeping

PIVOT = "en"


@dataclass(frozen=True, slots=True)
class CTranslateSettings:
    """Where the models are and how they run."""

    folders: tuple[Path, ...] = ()
    """Each is a model, or holds models one level below."""
    decoding: Decoding = field(default_factory=Decoding)
    max_loaded_bytes: int = 2_500_000_000
    """Weights kept in memory at once; one model is kept whatever its size."""
    timeout_s: float = 20.0
    """For one text, loading included; after it the thread and its models are given up."""
    most_waiting: int = 32
    restarts: int = 2
    """Fresh threads after hangs; then the engine stays unavailable."""


class Model(Protocol):
    """A loaded model."""

    def translate(
        self, sentences: Sequence[str], marks: Marks, *, shown: str = "", draft: bool = False
    ) -> list[Said]:
        """Each sentence's translation; `shown` begins that of the first one."""
        ...


class CTranslateTranslator:
    """Translates directly or through English, in one thread of its own, finals first."""

    def __init__(
        self,
        settings: CTranslateSettings,
        load: Callable[[ModelFolder, Decoding], Model] = CTranslateModel,
    ) -> None:
        self._settings = settings
        self._load = load
        found = find(settings.folders)
        self._models = [model for model in found if not model.problem]
        self._damaged = [model for model in found if model.problem]
        self._ways = _ways(self._models)
        self._thread: OneThread | None = None
        self._shelf = self._new_shelf()
        self._hangs = 0
        families = sorted({model.family for model in self._models})
        self.info = EngineInfo(
            "ctranslate2",
            frozenset(source for source, _ in self._ways),
            needs=(
                "converted models in a folder",
                *(LICENCES[family].told() for family in families),
            ),
        )

    async def health(self) -> Health:
        remedy = "Put converted models such as opus-mt-en-es into the folder of translation models."
        if find_spec("ctranslate2") is None:
            return Health(
                False, "CTranslate2 is not installed.", "Install it: pip install ctranslate2"
            )
        damaged = " ".join(f"{m.path.name}: {m.problem}." for m in self._damaged)
        if not self._ways:
            folders = ", ".join(str(folder) for folder in self._settings.folders) or "no folder"
            return Health(False, damaged or f"There is no translation model in {folders}.", remedy)
        if self._hangs > self._settings.restarts:
            return Health(False, "The translation models hang.", "Choose smaller models.")
        names = ", ".join(model.path.name for model in self._models)
        licences = dict.fromkeys(LICENCES[model.family].told() for model in self._models)
        found = f"{len(self._ways)} directions by {names}. {' '.join(licences)} {damaged}"
        return Health(True, found.strip())

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._ways)

    async def translate(self, request: TranslationRequest) -> Translation:
        hops = self._ways.get((request.source, request.target))
        if hops is None:
            raise EngineError(
                f"No model here translates from {request.source} to {request.target}.",
                "Add a converted OPUS-MT model for it, or NLLB.",
            )
        asked = replace(request, text=clean(request.text, 8000))
        quality = 1.0

        async def say(text: str) -> str:
            nonlocal quality
            text, quality = await self._way(hops, replace(asked, text=text))
            return text

        kept = await translate_keeping(asked, say, pieces=True)
        check(kept.text, asked)
        return Translation(
            request.target,
            kept.text,
            TranslationState.FINAL,
            self.info.name,
            hops,
            round(quality, 3),
            doubtful=kept.how == "pieces",
        )

    async def aclose(self) -> None:
        if self._thread is not None:
            thread, self._thread = self._thread, None
            await thread.aclose()
        self._shelf.clear()

    def loaded(self) -> tuple[str, ...]:
        """Names of the models in memory."""
        return self._shelf.loaded()

    async def _way(self, hops: tuple[str, ...], request: TranslationRequest) -> tuple[str, float]:
        """The text after all hops, and the quality of the weakest."""
        text, quality = request.text, 1.0
        for pair in zip(hops, hops[1:], strict=False):
            last = pair[1] == hops[-1]
            shown = request.shown if request.draft and last else ""
            said = await self._hop(pair, replace(request, text=text, shown=shown))
            text, quality = said.text, min(quality, said.quality)
            if not text:
                raise EngineError("The translation model gave no words.")
        return text, quality

    async def _hop(self, pair: Pair, request: TranslationRequest) -> Said:
        folder = next(model for model in self._models if pair in model.ways)
        sentences = sentences_of(request.text)
        if not any(re.search(r"\w", sentence) for sentence in sentences):
            return Said(request.text, 1.0)
        shelf, marks = self._shelf, folder.ways[pair]

        def work() -> list[Said]:
            return shelf.take(folder).translate(
                sentences, marks, shown=request.shown, draft=request.draft
            )

        said = await self._run(work, urgent=not request.draft)
        text = joiner(pair[1]).join(each.text for each in said)
        return Said(text, min(each.quality for each in said))

    async def _run(self, work: Callable[[], list[Said]], *, urgent: bool) -> list[Said]:
        thread = self._running()
        try:
            return await thread.run(work, timeout_s=self._settings.timeout_s, urgent=urgent)
        finally:
            if thread.broken and thread is self._thread:
                self._hangs += 1
                self._thread = None
                self._shelf = self._new_shelf()

    def _running(self) -> OneThread:
        if self._hangs > self._settings.restarts:
            raise EngineUnavailable("The translation models hang.", "Choose smaller models.")
        if self._thread is None:
            self._thread = OneThread(
                "ctranslate2", self._settings.most_waiting, "translation model"
            )
        return self._thread

    def _new_shelf(self) -> ModelShelf[Model]:
        return ModelShelf(
            lambda folder: self._load(folder, self._settings.decoding),
            self._settings.max_loaded_bytes,
        )


def _ways(models: Sequence[ModelFolder]) -> dict[Pair, tuple[str, ...]]:
    """Direct directions, and those through English."""
    direct = {pair for model in models for pair in model.ways}
    ways: dict[Pair, tuple[str, ...]] = {pair: pair for pair in direct}
    for source in {a for a, b in direct if b == PIVOT}:
        for target in {b for a, b in direct if a == PIVOT}:
            if source != target:
                ways.setdefault((source, target), (source, PIVOT, target))
    return ways
