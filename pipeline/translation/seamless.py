"""SeamlessM4T v2: text and speech to text in one model; its licence bars commercial use."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar

from domain.captions import Translation, TranslationState
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.ports import TranslationRequest
from domain.text import clean
from pipeline.asr.one_thread import OneThread
from pipeline.translation.checks import check
from pipeline.translation.codes import SEAMLESS
from pipeline.translation.licences import LICENCES
from pipeline.translation.protect import translate_keeping

_INSTALL = "Install the extra: pip install 'dragoman[seamless]'"
_RATE = 16_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SeamlessSettings:
    """Where the model is and how it runs."""

    folder: Path
    device: str = "cpu"
    beam: int = 4
    """For finals; drafts are decoded greedily."""
    load_s: float = 180.0
    timeout_s: float = 30.0
    """For one text; after it the engine is unavailable."""


class Model(Protocol):
    """A loaded model; codes of languages are its own."""

    def translate(self, text: str, source: str, target: str, beam: int) -> tuple[str, float | None]:
        """The translation and its quality, 0..1, where it is known."""
        ...

    def hear(self, sound: bytes, target: str, beam: int) -> str:
        """What PCM16 sound of 16 kHz says, in the target language."""
        ...


class SeamlessTranslator:
    """Loads its model at the first text, in a thread of its own, finals first."""

    def __init__(
        self, settings: SeamlessSettings, load: "Callable[[SeamlessSettings], Model] | None" = None
    ) -> None:
        self._settings = settings
        self._load = load or SeamlessModel
        self._model: Model | None = None
        self._thread: OneThread | None = None
        self.info = EngineInfo(
            "seamless",
            frozenset(SEAMLESS),
            needs=("a folder with SeamlessM4T v2", _INSTALL, LICENCES["seamless"].told()),
        )

    async def health(self) -> Health:
        for package in ("torch", "transformers"):
            if find_spec(package) is None:
                return Health(False, f"SeamlessM4T needs {package}.", _INSTALL)
        if not (self._settings.folder / "config.json").is_file():
            return Health(
                False,
                f"There is no SeamlessM4T model in {self._settings.folder}.",
                "Fetch facebook/seamless-m4t-v2-large and name its folder.",
            )
        if self._thread is not None and self._thread.broken:
            return Health(False, "SeamlessM4T hangs.", "Use a GPU or another engine.")
        return Health(True, f"SeamlessM4T v2. {LICENCES['seamless'].told()}")

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset((a, b) for a in SEAMLESS for b in SEAMLESS if a != b)

    async def translate(self, request: TranslationRequest) -> Translation:
        hops = (request.source, request.target)
        if hops not in self.pairs():
            raise EngineError("SeamlessM4T does not know this direction.")
        asked = replace(request, text=clean(request.text, 4000))
        source, target = SEAMLESS[request.source], SEAMLESS[request.target]
        beam = 1 if request.draft else self._settings.beam
        quality: float | None = None

        async def say(text: str) -> str:
            nonlocal quality
            model = await self._open()
            said, quality = await self._run(
                lambda: model.translate(text, source, target, beam), urgent=not request.draft
            )
            return said.strip()

        kept = await translate_keeping(asked, say, pieces=True)
        check(kept.text, asked)
        return Translation(
            request.target,
            kept.text,
            TranslationState.FINAL,
            self.info.name,
            hops,
            quality if quality is None else round(quality, 3),
            doubtful=kept.how == "pieces",
        )

    async def hear(self, sound: bytes, target: str) -> str:
        """What PCM16 mono sound of 16 kHz says, written in the target language.

        The model finds the spoken language itself. Raises EngineError.
        """
        if target not in SEAMLESS:
            raise EngineError("SeamlessM4T does not know this language.")
        model = await self._open()
        beam, code = self._settings.beam, SEAMLESS[target]
        return await self._run(lambda: model.hear(sound, code, beam).strip(), urgent=True)

    async def aclose(self) -> None:
        if self._thread is not None:
            thread, self._thread = self._thread, None
            self._model = None
            await thread.aclose()

    async def _open(self) -> Model:
        """The model; it stays where the one who waited for it gave up."""

        def once() -> Model:
            self._model = self._model or self._load(self._settings)
            return self._model

        if self._model is not None:
            return self._model
        return await self._run(once, urgent=True, timeout_s=self._settings.load_s)

    async def _run(
        self, work: Callable[[], T], *, urgent: bool, timeout_s: float | None = None
    ) -> T:
        if self._thread is None:
            self._thread = OneThread("seamless", what="translation model")
        if self._thread.broken:
            raise EngineUnavailable("SeamlessM4T hangs.", "Use a GPU or another engine.")
        limit = self._settings.timeout_s if timeout_s is None else timeout_s
        return await self._thread.run(work, timeout_s=limit, urgent=urgent)


class SeamlessModel:
    """The model as `transformers` runs it, from a folder only."""

    def __init__(self, settings: SeamlessSettings) -> None:
        try:
            torch: Any = import_module("torch")
            library: Any = import_module("transformers")
        except ModuleNotFoundError as error:
            raise MissingError(f"SeamlessM4T needs {error.name!r}.", _INSTALL) from error
        folder = str(settings.folder)
        try:
            self._tokenizer: Any = library.AutoTokenizer.from_pretrained(
                folder, local_files_only=True
            )
            self._features: Any = library.AutoFeatureExtractor.from_pretrained(
                folder, local_files_only=True
            )
            model: Any = library.SeamlessM4Tv2Model.from_pretrained(folder, local_files_only=True)
        except Exception as error:  # the libraries below raise errors of their own
            raise EngineError(
                f"The SeamlessM4T model in {settings.folder.name} cannot be loaded.",
                "Fetch it again: config, weights and tokenizer belong together.",
            ) from error
        self._torch = torch
        self._device = settings.device
        self._model: Any = model.to(settings.device).eval()

    def translate(self, text: str, source: str, target: str, beam: int) -> tuple[str, float | None]:
        self._tokenizer.src_lang = source
        inputs = self._tokenizer(text, return_tensors="pt")
        return self._write(inputs, target, beam, int(inputs["input_ids"].shape[1]) * 2 + 20)

    def hear(self, sound: bytes, target: str, beam: int) -> str:
        samples = self._torch.frombuffer(bytearray(sound), dtype=self._torch.int16).float() / 32768
        inputs = self._features(samples.numpy(), sampling_rate=_RATE, return_tensors="pt")
        seconds = len(sound) / 2 / _RATE
        return self._write(inputs, target, beam, round(seconds * 10) + 20)[0]

    def _write(self, inputs: Any, target: str, beam: int, most: int) -> tuple[str, float | None]:
        with self._torch.inference_mode():
            made = self._model.generate(
                **inputs.to(self._device),
                tgt_lang=target,
                generate_speech=False,
                num_beams=beam,
                max_new_tokens=most,
                return_dict_in_generate=True,
                output_scores=True,
            )
        sequences = getattr(made, "sequences", made)
        scores = getattr(made, "sequences_scores", None)
        quality = None if scores is None else min(1.0, math.exp(float(scores[0])))
        return self._tokenizer.decode(sequences[0], skip_special_tokens=True), quality
