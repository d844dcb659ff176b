"""Translation models without a hub, in the shapes of OPUS-MT and NLLB-200.

Their weights are random, for speed, or those of a dictionary that translates word by word, to
drive the real loading and decoding code with an answer that is known.
`nice python -m benchmarks.translation_weights [opus] [nllb]` writes full-sized ones, times them
and takes them away.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a model."""

    width: int
    heads: int
    layers: int
    inner: int
    vocabulary: int
    marian: bool = True
    """Norms after each part, as Marian has them; NLLB has them before."""


OPUS = Shape(512, 8, 6, 2048, 60_000)
NLLB = Shape(1024, 16, 12, 4096, 256_206, marian=False)
SHAPES = {"opus": OPUS, "nllb": NLLB}
_PLACES = 64


def write_random(folder: Path, shape: Shape, tokens: Sequence[str] = (), seed: int = 0) -> Path:
    """A model with random weights, in int8; the vocabulary is filled up to its size."""
    known = list(dict.fromkeys([*SPECIALS, *tokens]))
    vocabulary = known + [f"▁w{n}" for n in range(shape.vocabulary - len(known))]
    random = np.random.default_rng(seed)

    def weights(*size: int) -> Any:
        return (random.standard_normal(size, dtype=np.float32) * 0.02).astype(np.float32)

    spec = _spec(shape)
    _fill(spec, shape, len(vocabulary), weights, tied=True)
    return _save(folder, spec, vocabulary, quantize=True)


def write_dictionary(folder: Path, words: Mapping[str, str], tokens: Sequence[str] = ()) -> Path:
    """A model that writes for each piece of the source the piece that `words` gives it.

    Unknown pieces come back as they are. It ends only where the source ends with "</s>", and
    follows positions, so a prefix of the translation takes the place of its first words.
    """
    vocabulary = list(dict.fromkeys([*SPECIALS, *tokens, *words, *words.values()]))
    ids = {token: index for index, token in enumerate(vocabulary)}
    count = len(vocabulary)
    shape = Shape(_PLACES + count + (_PLACES + count) % 2, 1, 1, 4, count, marian=False)
    spec = _spec(shape)
    _fill(spec, shape, count, lambda *size: np.zeros(size, np.float32), tied=False)
    spec.encoder.scale_embeddings = spec.decoder.scale_embeddings = False
    for half in (spec.encoder, spec.decoder):
        places = half.position_encodings.encodings
        places[np.arange(_PLACES), np.arange(_PLACES)] = 1
        places[_PLACES:, _PLACES - 1] = 1
    here = _PLACES + np.arange(count)
    spec.encoder.embeddings[0].weight[np.arange(count), here] = 1
    queries, memory, out = spec.decoder.layer[0].attention.linear
    width = shape.width
    queries.weight[np.arange(_PLACES), np.arange(_PLACES)] = 6
    memory.weight[np.arange(_PLACES), np.arange(_PLACES)] = 6
    memory.weight[width + here, here] = 1
    out.weight[here, here] = 4
    for token, index in ids.items():
        spec.decoder.projection.weight[ids[words.get(token, token)], _PLACES + index] = 2
    return _save(folder, spec, vocabulary, quantize=False)


def write_sentencepiece(path: Path, words: Sequence[str]) -> Path:
    """A SentencePiece model whose pieces are these words, each after a space."""
    from sentencepiece import SentencePieceTrainer

    made = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(words)] * 3),
        model_writer=made,
        vocab_size=len(set(words)) + 3,
        model_type="word",
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.write_bytes(made.getvalue())
    return path


def write_opus(folder: Path, words: Mapping[str, str]) -> Path:
    """An OPUS-MT folder, such as opus-mt-en-es, that translates by a dictionary of words."""
    write_dictionary(folder, {f"▁{a}": f"▁{b}" for a, b in words.items()})
    write_sentencepiece(folder / "source.spm", list(words))
    write_sentencepiece(folder / "target.spm", list(words.values()))
    return folder


def _spec(shape: Shape) -> Any:
    specs = import_module("ctranslate2.specs")
    spec = specs.TransformerSpec.from_config(
        shape.layers, shape.heads, pre_norm=not shape.marian, activation=_activation(specs, shape)
    )
    if shape.marian:
        spec.decoder.start_from_zero_embedding = True
    spec.config.decoder_start_token = "</s>"
    return spec


def _activation(specs: Any, shape: Shape) -> Any:
    return specs.Activation.SWISH if shape.marian else specs.Activation.RELU


def _fill(spec: Any, shape: Shape, count: int, weights: Callable[..., Any], *, tied: bool) -> None:
    """Weights for `count` pieces; tied ones stand for source, target and output, as in both
    families."""
    places = max(_PLACES, 512)
    spec.encoder.embeddings[0].weight = weights(count, shape.width)
    if tied:
        spec.decoder.embeddings.weight = spec.encoder.embeddings[0].weight
        spec.decoder.projection.weight = spec.encoder.embeddings[0].weight
    else:
        spec.decoder.embeddings.weight = weights(count, shape.width)
        spec.decoder.projection.weight = weights(count, shape.width)
    spec.decoder.projection.bias = np.zeros(count, np.float32)
    for half in (spec.encoder, spec.decoder):
        half.position_encodings.encodings = weights(places, shape.width)
        if not shape.marian:
            _norm(half.layer_norm, shape.width)
        for layer in half.layer:
            _fill_layer(layer, shape, weights)


def _fill_layer(layer: Any, shape: Shape, weights: Callable[..., Any]) -> None:
    width = shape.width
    for attention in (layer.self_attention, getattr(layer, "attention", None)):
        if attention is None:
            continue
        _norm(attention.layer_norm, width)
        sizes = {2: (3, 1), 3: (1, 2, 1)}[len(attention.linear)]
        for part, times in zip(attention.linear, sizes, strict=True):
            _linear(part, weights, times * width, width)
    _norm(layer.ffn.layer_norm, width)
    _linear(layer.ffn.linear_0, weights, shape.inner, width)
    _linear(layer.ffn.linear_1, weights, width, shape.inner)


def _linear(part: Any, weights: Callable[..., Any], rows: int, columns: int) -> None:
    part.weight, part.bias = weights(rows, columns), np.zeros(rows, np.float32)


def _norm(part: Any, width: int) -> None:
    part.gamma, part.beta = np.ones(width, np.float32), np.zeros(width, np.float32)


def _save(folder: Path, spec: Any, vocabulary: list[str], *, quantize: bool) -> Path:
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization="int8" if quantize else None)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    return folder


def time_translation(
    folder: Path, shape: Shape, pieces: int = 12, new: int = 14, beam: int = 1, threads: int = 1
) -> list[float]:
    """Milliseconds of ten translations of `pieces` source pieces into exactly `new` pieces."""
    library: Any = import_module("ctranslate2")
    model = library.Translator(
        str(folder), compute_type="int8", inter_threads=1, intra_threads=threads
    )
    source = [*(f"▁w{n + 10}" for n in range(pieces)), "</s>"]
    took = []
    for _ in range(11):
        began = time.perf_counter()
        model.translate_batch(
            [source], beam_size=beam, max_decoding_length=new, min_decoding_length=new
        )
        took.append((time.perf_counter() - began) * 1000)
    return took[1:]


def main(names: Sequence[str]) -> None:
    """Median milliseconds of each shape, greedy and with a beam of 4, on one thread."""
    for name in names:
        shape = SHAPES[name]
        with tempfile.TemporaryDirectory() as folder:
            path = write_random(Path(folder) / name, shape)
            size = (path / "model.bin").stat().st_size / 1e6
            for pieces, new in ((12, 14), (25, 30)):
                for beam in (1, 4):
                    took = time_translation(path, shape, pieces, new, beam)
                    print(
                        f"{name} ({size:.0f} MB int8), {pieces} -> {new} pieces, beam {beam}: "
                        f"p50 {np.median(took):.0f} ms, slowest {max(took):.0f} ms"
                    )


if __name__ == "__main__":
    main(sys.argv[1:] or list(SHAPES))
