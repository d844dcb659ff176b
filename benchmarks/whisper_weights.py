"""Whisper models without a hub: any shape, with random weights or words said by position.

They drive the real loading, decoding and timing code where no real model can be had.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

SPECIALS = ("<|endoftext|>", "<|startoftranscript|>")
TASKS = (
    *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"),
    "<|notimestamps|>",
)
_PLAIN = 50257
"""Tokens before the special ones. The last is empty, as in every multilingual Whisper: by it
CTranslate2 tells them from the English ones."""
_TIMES = 1501
_PROMPT = 4
"""Start, language, task and no-timestamps stand before the first word."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a model."""

    width: int = 32
    heads: int = 1
    layers: int = 1
    words: tuple[str, ...] = ()
    """More tokens than the single letters; a leading space begins a word."""
    mels: int = 80
    decoder_layers: int = 0
    """0: as many as the encoder has."""


def write_model(
    folder: Path, shape: Shape, said: Sequence[str] = (), language: str = "de", seed: int = 0
) -> Path:
    """A folder that faster-whisper loads. With `said`, an unprompted decoder writes these tokens
    whatever it hears, and takes every language for `language`; else its weights are random."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    specs = import_module("ctranslate2.specs")
    words = tuple(dict.fromkeys([*shape.words, *said]))
    letters = list(_byte_letters().values())
    languages = [f"<|{code}|>" for code in _LANGUAGE_CODES]
    special = [*SPECIALS, *languages, *TASKS]
    plain = list(dict.fromkeys([*letters, *(_spelt(word) for word in words)]))
    plain += [*(f"⟨{n}⟩" for n in range(_PLAIN - 1 - len(plain))), ""]
    vocabulary = [*plain, *special, *(f"<|{n * 0.02:.2f}|>" for n in range(_TIMES))]
    ids = {token: index for index, token in enumerate(vocabulary)}
    decoders = shape.decoder_layers or shape.layers
    spec = specs.WhisperSpec(shape.layers, shape.heads, decoders, shape.heads)
    _fill(spec, shape, len(vocabulary), np.random.default_rng(seed))
    if said:
        _script(spec, [ids[_spelt(word)] for word in said], ids, f"<|{language}|>")
    spec.register_vocabulary(vocabulary)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[token] for token in languages]
    spec.config.alignment_heads = [(layer, 0) for layer in range(decoders)]
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _write_tokenizer(folder, plain, special, ids)
    config = {"feature_size": shape.mels, "sampling_rate": 16000, "hop_length": 160, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _fill(spec: Any, shape: Shape, vocabulary: int, random: np.random.Generator) -> None:
    width = shape.width

    def weights(*size: int) -> Any:
        return (random.standard_normal(size) * 0.05).astype(np.float32)

    for conv, inputs in ((spec.encoder.conv1, shape.mels), (spec.encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, inputs, 3), np.zeros(width, np.float32)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.position_encodings.encodings = weights(448, width)
    spec.decoder.embeddings.weight = weights(vocabulary, width)
    spec.decoder.projection.weight = weights(vocabulary, width)
    for half in (spec.encoder, spec.decoder):
        _norm(half.layer_norm, width)
        for layer in half.layer:
            _fill_layer(layer, width, weights)


def _fill_layer(layer: Any, width: int, weights: Callable[..., Any]) -> None:
    def linear(part: Any, rows: int, columns: int) -> None:
        part.weight, part.bias = weights(rows, columns), np.zeros(rows, np.float32)

    for attention in (layer.self_attention, getattr(layer, "attention", None)):
        if attention is None:
            continue
        _norm(attention.layer_norm, width)
        sizes = {2: (3, 1), 3: (1, 2, 1)}[len(attention.linear)]
        for each, times in zip(attention.linear, sizes, strict=True):
            linear(each, times * width, width)
    _norm(layer.ffn.layer_norm, width)
    linear(layer.ffn.linear_0, 4 * width, width)
    linear(layer.ffn.linear_1, width, 4 * width)


def _norm(part: Any, width: int) -> None:
    part.gamma, part.beta = np.ones(width, np.float32), np.zeros(width, np.float32)


def _script(spec: Any, said: list[int], ids: dict[str, int], language: str) -> None:
    """Makes the decoder blind to all but the position, which tells it the next token."""
    decoder = spec.decoder
    width = decoder.embeddings.weight.shape[1]
    for layer in decoder.layer:
        for last in (layer.self_attention.linear[-1], layer.attention.linear[-1]):
            last.weight[:] = 0
        layer.ffn.linear_1.weight[:] = 0
    decoder.embeddings.weight[:] = 0
    places = decoder.position_encodings.encodings
    places[:] = 0
    places[np.arange(len(places)), np.minimum(np.arange(len(places)), width - 1)] = 10
    decoder.projection.weight[:] = 0
    decoder.projection.weight[ids[language], 0] = 5
    for place, token in enumerate([*said, ids["<|endoftext|>"]], start=_PROMPT - 1):
        decoder.projection.weight[token, place] = 5


def _write_tokenizer(
    folder: Path, plain: list[str], special: list[str], ids: dict[str, int]
) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({t: ids[t] for t in plain}, unk_token=plain[0]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    tokenizer.save(str(folder / "tokenizer.json"))


def _byte_letters() -> dict[int, str]:
    """How byte-level vocabularies write each of the 256 bytes."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [code for code in range(256) if code not in set(shown)]
    return {**{c: chr(c) for c in shown}, **{c: chr(256 + n) for n, c in enumerate(hidden)}}


def _spelt(word: str) -> str:
    """A word in the letters of byte-level vocabularies."""
    table = _byte_letters()
    return "".join(table[byte] for byte in word.encode())
