"""Text to the pieces that a translation model reads, and back."""

from pathlib import Path
from typing import Any, Protocol

from domain.errors import EngineError, MissingError


class Pieces(Protocol):
    """A tokenizer of one model."""

    def encode(self, text: str) -> list[str]:
        """The pieces of a text in the source language."""
        ...

    def encode_target(self, text: str) -> list[str]:
        """The pieces of a text in the target language."""
        ...

    def decode(self, pieces: list[str]) -> str:
        """The text in the target language; special pieces are left out."""
        ...


def open_pieces(folder: Path) -> Pieces:
    """The tokenizer that lies in a model's folder. Raises EngineError where it is damaged."""
    pair = [folder / "source.spm", folder / "target.spm"]
    one = folder / "sentencepiece.bpe.model"
    try:
        if all(path.is_file() for path in pair):
            return SentencePieces(*pair)
        if one.is_file():
            return SentencePieces(one, one)
        return TokenizerFile(folder / "tokenizer.json")
    except ModuleNotFoundError as error:
        raise MissingError(
            f"The model's tokenizer needs the Python package {error.name!r}.",
            f"Install it: pip install {error.name}",
        ) from error
    except Exception as error:  # the libraries raise plain Exception and RuntimeError
        raise EngineError(
            f"The tokenizer in {folder.name} cannot be read.", "Convert or fetch the model again."
        ) from error


class SentencePieces:
    """SentencePiece models, one for each side."""

    def __init__(self, source: Path, target: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._source: Any = SentencePieceProcessor(model_file=str(source))
        self._target: Any = SentencePieceProcessor(model_file=str(target))

    def encode(self, text: str) -> list[str]:
        return list(self._source.encode(text, out_type=str))

    def encode_target(self, text: str) -> list[str]:
        return list(self._target.encode(text, out_type=str))

    def decode(self, pieces: list[str]) -> str:
        return _plain("".join(p for p in pieces if p not in _SPECIAL))


class TokenizerFile:
    """A tokenizer.json as the `tokenizers` library reads it."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(path))

    def encode(self, text: str) -> list[str]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).tokens)

    def encode_target(self, text: str) -> list[str]:
        return self.encode(text)

    def decode(self, pieces: list[str]) -> str:
        return _plain("".join(p for p in pieces if p not in _SPECIAL))


_SPECIAL = frozenset({"<s>", "</s>", "<pad>", "<unk>"})


def _plain(joined: str) -> str:
    return joined.replace("▁", " ").strip()
