"""A Whisper model in memory: one window of sound in, words with their times out.

Everything here blocks: it belongs in the engine's thread.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    CONTEXT_BEFORE_TOKENS,
    CONTEXT_TOKENS,
    PROMPT_TOKENS,
    believable_before,
    generation_length,
    prompt_of,
    wanted_tokens,
)

FRAMES = 3000
_LEAST_SAMPLES = 1600
_MEASURED_TOKENS = 25
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


@dataclass(frozen=True, slots=True)
class WhisperWindow:
    """What goes through the model at once."""

    pcm: bytes
    """16 kHz PCM16, at most 30 s."""
    language: str = ""
    allowed: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    context: str = ""
    beam_size: int = 1
    short_window: bool = False


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
        allowed: tuple[str, ...] = (),
        terms: tuple[str, ...] = (),
        beam_size: int = 1,
        short_window: bool = False,
    ) -> Decoded:
        """Words of at most 30 s of sound. An empty language is detected, among `allowed`."""
        window = WhisperWindow(pcm, language, allowed, terms, "", beam_size, short_window)
        return self.decode_many([window])[0]

    def decode_many(self, windows: Sequence[WhisperWindow]) -> list[Decoded]:
        """Words of several windows. Those of one language, one length of features and one
        length of prompt go through the model together; the others one after the other."""
        asked = [self._asked(window) for window in windows]
        groups: dict[object, list[_Asked]] = {}
        for number, each in enumerate(asked):
            groups.setdefault(each.group() or number, []).append(each)
        for group in groups.values():
            self._decode_group(group)
        return [each.decoded for each in asked]

    def window_s(self, short_window: bool = False) -> float:
        """Seconds for a window of speech: two seconds of sound, _MEASURED_TOKENS tokens. The
        better of two runs, so that it is the model that is measured."""
        features = self._whisper.feature_extractor(_speech_like(2.0))[:, :-1][:, :FRAMES]
        tokenizer = self._tokenizer("en")
        prompt = self._whisper.get_prompt(tokenizer, [], without_timestamps=True)
        took = []
        for _ in range(2):
            began = time.perf_counter()
            self._whisper.model.generate(
                self._whisper.encode(_padded(features, short_window)),
                [prompt],
                beam_size=1,
                max_length=generation_length(_MEASURED_TOKENS, len(prompt)),
                suppress_blank=False,
                suppress_tokens=[tokenizer.eot],
            )
            took.append(time.perf_counter() - began)
        return min(took)

    def _asked(self, window: WhisperWindow) -> "_Asked":
        pcm = window.pcm
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32) / 32768
        language = window.language if self.multilingual else "en"
        empty = Decoded((), language, len(samples) / SAMPLE_RATE)
        if len(samples) < _LEAST_SAMPLES:
            return _Asked(window, None, 0, language, empty)
        features = self._whisper.feature_extractor(samples)[:, :-1][:, :FRAMES]
        padded = _padded(features, window.short_window)
        asked = _Asked(window, padded, features.shape[-1], language, empty)
        if language:
            asked.prompt(self._tokenizer(language))
        return asked

    def _decode_group(self, group: "list[_Asked]") -> None:
        """Fills in what was decoded; members have one language and one length of features."""
        if group[0].features is None:
            return
        encoded = self._whisper.encode(np.stack([each.features for each in group]))
        language = group[0].language or self._detect(encoded, group[0].window.allowed)
        tokenizer = self._tokenizer(language)
        if not group[0].language:
            group[0].prompt(tokenizer)
        found = self._generate(encoded, tokenizer, group)
        words = self._words(encoded, tokenizer, [tokens for tokens, _, _ in found], group)
        for each, said, (_, logprob, no_speech) in zip(group, words, found, strict=True):
            each.decoded = replace(
                each.decoded,
                words=said,
                language=language,
                avg_logprob=logprob,
                no_speech=no_speech,
                prompt=each.terms,
                context=each.before,
            )

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
        self, encoded: Any, tokenizer: Any, group: "list[_Asked]"
    ) -> list[tuple[list[int], float, float]]:
        """Of each: tokens, their mean log-probability and the probability of silence."""
        from faster_whisper.transcribe import get_suppressed_tokens

        prompts = [
            self._whisper.get_prompt(tokenizer, each.tokens, without_timestamps=True)
            for each in group
        ]
        length = len(prompts[0])
        wanted = [
            min(wanted_tokens(each.decoded.length_s), CONTEXT_TOKENS - length) for each in group
        ]
        results = self._whisper.model.generate(
            encoded,
            prompts,
            beam_size=group[0].window.beam_size,
            max_length=generation_length(max(wanted), length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )
        return [
            _read(result, tokenizer.eot, most) for result, most in zip(results, wanted, strict=True)
        ]

    def _words(
        self, encoded: Any, tokenizer: Any, found: list[list[int]], group: "list[_Asked]"
    ) -> list[tuple[Word, ...]]:
        """Words with their times and confidence, from the attention to the sound."""
        if not any(found):
            return [() for _ in group]
        segments: list[dict[str, Any]] = []
        for tokens, each in zip(found, group, strict=True):
            end_s = each.frames / 100
            segments.append({"seek": 0, "start": 0.0, "end": end_s, "tokens": tokens})
        self._whisper.add_word_timestamps(
            [[segment] for segment in segments],
            tokenizer,
            encoded,
            [each.frames for each in group] if len(group) > 1 else group[0].frames,
            _PREPEND,
            _APPEND,
            0.0,
        )
        return [_placed(segment) for segment in segments]


@dataclass(slots=True)
class _Asked:
    """A window on its way through the model."""

    window: WhisperWindow
    features: Any
    frames: int
    """Of sound, without the filling."""
    language: str
    decoded: Decoded
    terms: str = ""
    before: str = ""
    tokens: list[int] = field(default_factory=list)
    """Of the prompt."""

    def group(self) -> object | None:
        """Equal for windows that can be decoded together; None for one that goes alone."""
        if self.features is None or not self.language:
            return None
        return (self.language, self.features.shape, self.window.beam_size, len(self.tokens))

    def prompt(self, tokenizer: Any) -> None:
        """Makes names, terms and the end of the text before into tokens."""
        self.before = believable_before(self.window.context)
        told = tokenizer.encode(" " + self.before)[-CONTEXT_BEFORE_TOKENS:] if self.before else []
        self.terms = prompt_of(
            self.window.terms,
            lambda text: len(tokenizer.encode(" " + text)),
            PROMPT_TOKENS - len(told),
        )
        self.tokens = [*(tokenizer.encode(" " + self.terms) if self.terms else []), *told]


def _read(result: Any, end: int, wanted: int) -> tuple[list[int], float, float]:
    written = result.sequences_ids[0]
    tokens = [token for token in written[:wanted] if token < end]
    return tokens, result.scores[0] * len(written) / (len(written) + 1), result.no_speech_prob


def _placed(segment: dict[str, Any]) -> tuple[Word, ...]:
    words, last_s, end_s = [], 0.0, segment["end"]
    for timed in segment.get("words", ()):
        text = timed["word"].strip()
        if text:
            start_s = min(end_s, max(last_s, float(timed["start"])))
            last_s = min(end_s, max(start_s, float(timed["end"])))
            sure = min(1.0, max(0.0, float(timed["probability"])))
            words.append(Word(text, start_s, last_s, round(sure, 4)))
    return tuple(words)


def _speech_like(seconds: float) -> Any:
    """A voice's harmonics, swelling four times a second, over some noise."""
    at_s = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    voice = sum(np.sin(2 * np.pi * 130 * n * at_s) / n for n in range(1, 24))
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * at_s)
    noise = np.random.default_rng(1).standard_normal(len(at_s)) * 0.02
    return (0.1 * voice * swell + noise).astype(np.float32)


def _own(language: str) -> str:
    """Whisper's code of a language."""
    return _OWN_CODES.get(language, language)


def _padded(features: Any, short: bool) -> Any:
    """Features of 30 s, or of little more than the sound."""
    frames = features.shape[-1]
    wanted = -(-(frames + _SHORT_MARGIN) // _SHORT_STEP) * _SHORT_STEP if short else FRAMES
    return np.pad(features, ((0, 0), (0, min(FRAMES, wanted) - frames)))
