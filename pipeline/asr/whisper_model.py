"""A Whisper model in memory: one window of sound in, words with their times out.

Everything here blocks: it belongs in the engine's thread.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from domain.audio import SAMPLE_RATE
from domain.errors import EngineError, EngineUnavailable
from domain.languages import primary
from domain.speech import Word
from pipeline.asr.decoded import Decoded
from pipeline.asr.whisper_files import FETCHED
from pipeline.asr.whisper_guards import (
    CONTEXT_TOKENS,
    PROMPT_TOKENS,
    generation_length,
    prompt_of,
    wanted_tokens,
)

FRAMES = 3000
_LEAST_SAMPLES = 1600
_SHORT_STEP = 100
_SHORT_MARGIN = 50
_PREPEND = "\"'“¿([{-"
_APPEND = "\"'.。,，!！?？:：”)]}、"
_OWN_CODES = {"fil": "tl"}
_WANTED_TYPES = {"cpu": ("int8",), "cuda": ("float16", "bfloat16", "int8_float32", "float32")}


def fetch(repository: str, cache: Path) -> None:
    """Fetches a model from the hub into its cache. Raises EngineUnavailable."""
    hub = import_module("huggingface_hub")
    try:
        hub.snapshot_download(repository, allow_patterns=list(FETCHED), cache_dir=str(cache))
    except Exception as error:
        raise EngineUnavailable(
            f"The model {repository} could not be fetched ({type(error).__name__}).",
            "Check the connection, or copy the model's folder here and give model_path.",
        ) from error


def device_of(wanted: str) -> str:
    """`cuda` where one is at hand, unless something else is wanted."""
    if wanted not in ("", "auto"):
        return wanted
    return "cuda" if import_module("ctranslate2").get_cuda_device_count() else "cpu"


def compute_type_of(device: str, wanted: str) -> str:
    """The type that was asked for, or the fastest usual one that the device supports."""
    if wanted not in ("", "auto"):
        return wanted
    supported = import_module("ctranslate2").get_supported_compute_types(device)
    usual = _WANTED_TYPES.get(device, ())
    return next((kind for kind in usual if kind in supported), "default")


class WhisperModel:
    """One model on one device. Raises EngineError where the folder or the device will not do."""

    def __init__(self, folder: Path, *, device: str, compute_type: str, threads: int) -> None:
        import faster_whisper
        from faster_whisper.tokenizer import _LANGUAGE_CODES

        self.device = device_of(device)
        try:
            self.compute_type = compute_type_of(self.device, compute_type)
            self._whisper: Any = faster_whisper.WhisperModel(
                str(folder),
                device=self.device,
                compute_type=self.compute_type,
                cpu_threads=threads,
                local_files_only=True,
            )
        except Exception as error:
            raise EngineError(
                f"The Whisper model in {folder} cannot be loaded ({error}).",
                "Fetch it again, or choose another device or compute_type.",
            ) from error
        self.multilingual = bool(self._whisper.model.is_multilingual)
        self._codes = frozenset(_LANGUAGE_CODES)
        self._check_features(folder)

    def _check_features(self, folder: Path) -> None:
        wanted = self._whisper.model.n_mels
        given = len(self._whisper.feature_extractor.mel_filters)
        if wanted != given:
            raise EngineError(
                f"The Whisper model in {folder} wants {wanted} mel bands, not {given}.",
                "Its preprocessor_config.json is missing or wrong; fetch the model again.",
            )

    def knows(self, language: str) -> bool:
        """Whether the model was made for a language."""
        return _own(language) in self._codes if self.multilingual else language == "en"

    def decode(
        self,
        pcm: bytes,
        *,
        language: str,
        allowed: Sequence[str] = (),
        terms: tuple[str, ...] = (),
        beam_size: int = 1,
        short_window: bool = False,
    ) -> Decoded:
        """Words of at most 30 s of sound. An empty language is detected, among `allowed`."""
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32) / 32768
        length_s = len(samples) / SAMPLE_RATE
        if len(samples) < _LEAST_SAMPLES:
            return Decoded((), language, length_s)
        features = self._whisper.feature_extractor(samples)[:, :-1][:, :FRAMES]
        encoded = self._whisper.encode(_padded(features, short_window))
        if not self.multilingual:
            language = "en"
        language = language or self._detect(encoded, allowed)
        tokenizer = self._tokenizer(language)
        prompt = prompt_of(terms, lambda text: len(tokenizer.encode(" " + text)))
        tokens, logprob, no_speech = self._generate(
            encoded, tokenizer, prompt, (length_s, beam_size)
        )
        words = self._words(encoded, tokenizer, tokens, features.shape[-1])
        return Decoded(words, language, length_s, logprob, no_speech, prompt)

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(
            self._whisper.hf_tokenizer,
            self.multilingual,
            task="transcribe",
            language=_own(language),
        )

    def _detect(self, encoded: Any, allowed: Sequence[str]) -> str:
        """The likeliest language, as the product names it."""
        ranked = [
            primary(token[2:-2]) for token, _ in self._whisper.model.detect_language(encoded)[0]
        ]
        return next((code for code in ranked if code in allowed), ranked[0])

    def _generate(
        self, encoded: Any, tokenizer: Any, prompt: str, size: tuple[float, int]
    ) -> tuple[list[int], float, float]:
        """Tokens, their mean log-probability and the probability of silence."""
        from faster_whisper.transcribe import get_suppressed_tokens

        length_s, beam_size = size
        before = tokenizer.encode(" " + prompt)[-PROMPT_TOKENS:] if prompt else []
        asked = self._whisper.get_prompt(tokenizer, before, without_timestamps=True)
        wanted = min(wanted_tokens(length_s), CONTEXT_TOKENS - len(asked))
        result = self._whisper.model.generate(
            encoded,
            [asked],
            beam_size=beam_size,
            max_length=generation_length(wanted, len(asked)),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        count = len(result.sequences_ids[0])
        return tokens, result.scores[0] * count / (count + 1), result.no_speech_prob

    def _words(
        self, encoded: Any, tokenizer: Any, tokens: list[int], frames: int
    ) -> tuple[Word, ...]:
        if not tokens:
            return ()
        end_s = frames / 100
        segment: dict[str, Any] = {"seek": 0, "start": 0.0, "end": end_s, "tokens": tokens}
        self._whisper.add_word_timestamps(
            [[segment]], tokenizer, encoded, frames, _PREPEND, _APPEND, 0.0
        )
        words, last_s = [], 0.0
        for timed in segment["words"]:
            text = timed["word"].strip()
            if text:
                start_s = min(end_s, max(last_s, float(timed["start"])))
                last_s = min(end_s, max(start_s, float(timed["end"])))
                sure = min(1.0, max(0.0, float(timed["probability"])))
                words.append(Word(text, start_s, last_s, round(sure, 4)))
        return tuple(words)


def _own(language: str) -> str:
    """Whisper's code of a language."""
    return _OWN_CODES.get(language, language)


def _padded(features: Any, short: bool) -> Any:
    """Features of 30 s, or of little more than the sound."""
    frames = features.shape[-1]
    wanted = -(-(frames + _SHORT_MARGIN) // _SHORT_STEP) * _SHORT_STEP if short else FRAMES
    return np.pad(features, ((0, 0), (0, min(FRAMES, wanted) - frames)))
