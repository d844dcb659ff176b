"""One converted model, loaded: sentences in, translations and their scores out."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from domain.errors import EngineError, MissingError
from pipeline.translation.model_folders import Marks, ModelFolder
from pipeline.translation.tokens import open_pieces


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a model runs."""

    device: str = "cpu"
    compute_type: str = "auto"
    """auto is int8 on a processor and float16 on a GPU."""
    threads: int = 1
    beam: int = 4
    """For finals; drafts are decoded greedily."""

    @property
    def numbers(self) -> str:
        """The compute type that CTranslate2 is given."""
        if self.compute_type != "auto":
            return self.compute_type
        return "float16" if self.device == "cuda" else "int8"


@dataclass(frozen=True, slots=True)
class Said:
    """A translation and the mean probability of its pieces, 0..1."""

    text: str
    quality: float


_MOST_PIECES = 400
_MANY_LANGUAGES = {"repetition_penalty": 1.15, "no_repeat_ngram_size": 3}
"""Against the loops that such models fall into on text without case or marks."""


class CTranslateModel:
    """Loads at once; belongs to one thread."""

    def __init__(self, folder: ModelFolder, decoding: Decoding) -> None:
        self._folder = folder
        self._decoding = decoding
        self._pieces = open_pieces(folder.path)
        try:
            library: Any = import_module("ctranslate2")
        except ModuleNotFoundError as error:
            raise MissingError(
                "The engine ctranslate2 needs the Python package 'ctranslate2'.",
                "Install it: pip install ctranslate2",
            ) from error
        try:
            self._translator: Any = library.Translator(
                str(folder.path),
                device=decoding.device,
                compute_type=decoding.numbers,
                inter_threads=1,
                intra_threads=decoding.threads,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(
                f"The translation model {folder.path.name} cannot be loaded ({error}).",
                "Convert or fetch it again, or choose another device or compute type.",
            ) from error

    def translate(
        self, sentences: Sequence[str], marks: Marks, *, shown: str = "", draft: bool = False
    ) -> list[Said]:
        """Each sentence's translation; `shown` begins that of the first one."""
        sources = [self._source(sentence, marks) for sentence in sentences]
        prefixes = [list(marks.target) for _ in sentences]
        if shown:
            prefixes[0] += self._pieces.encode_target(shown)
        options = {} if self._folder.family == "opus-mt" else _MANY_LANGUAGES
        results = self._translator.translate_batch(
            sources,
            target_prefix=prefixes if any(prefixes) else None,
            beam_size=1 if draft else self._decoding.beam,
            max_input_length=_MOST_PIECES + 8,
            max_decoding_length=max(len(source) for source in sources) * 2 + 10,
            return_scores=True,
            **options,
        )
        return [
            Said(self._text(result.hypotheses[0], marks), min(1.0, math.exp(result.scores[0])))
            for result in results
        ]

    def _source(self, sentence: str, marks: Marks) -> list[str]:
        pieces = self._pieces.encode(sentence)[:_MOST_PIECES]
        return [*marks.before, *pieces, *marks.after]

    def _text(self, pieces: list[str], marks: Marks) -> str:
        skip = len(marks.target) if pieces[: len(marks.target)] == list(marks.target) else 0
        return self._pieces.decode(pieces[skip:])


_END = re.compile(r"(?<=[.!?…])[\"”»’)]?\s+(?=[\"“«¿¡(]?[^\W\d_])|(?<=[。！？])(?=\S)")
_NO_END = re.compile(r"(?:^|\s)(?:[A-Z]|Mrs?|Ms|Dr|Prof|St|Sra?|Jr|Hr|Fr|e\.g|i\.e|etc|vs)\.$")


def sentences_of(text: str) -> list[str]:
    """A text cut at the ends of sentences: such models are trained on single ones."""
    parts: list[str] = []
    begin = 0
    for match in _END.finditer(text):
        head = text[begin : match.start()]
        begins = text[match.end() :].lstrip('"“«¿¡(')[:1]
        if head.strip() and not begins.islower() and not _NO_END.search(head):
            parts.append(text[begin : match.end()].strip())
            begin = match.end()
    parts.append(text[begin:].strip())
    return [part for part in parts if part]
