"""When each word of a spoken line ends."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_FRAME_S = 0.01
_DECIMATE = 3
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class WordEnd:
    """A word as the script writes it and where it ends."""

    text: str
    end_s: float
    """Seconds since the line began."""


def split_words(text: str) -> list[str]:
    """The words of a line with their punctuation; characters where a script has no spaces."""
    if _NO_SPACES.search(text):
        return re.findall(r"\w[^\w\s]*|[^\w\s]+", text)
    return text.split()


def spread(text: str, duration_s: float) -> tuple[WordEnd, ...]:
    """Word ends in proportion to the words' lengths."""
    words = split_words(text)
    total = sum(len(word) + 1 for word in words)
    ends, so_far = [], 0
    for word in words:
        so_far += len(word) + 1
        ends.append(WordEnd(word, duration_s * so_far / total))
    return tuple(ends)


def align_english(text: str, pcm: npt.NDArray[np.int16]) -> tuple[WordEnd, ...] | None:
    """Word ends from a forced alignment of 48 kHz sound; None where it does not work out."""
    from pocketsphinx import Decoder
    from scipy.signal import resample_poly

    words = split_words(text)
    tokens = [_TOKEN.findall(word.lower().replace("’", "'")) for word in words]
    decoder = Decoder(lm=None, loglevel="FATAL")
    if not all(tokens) or not all(decoder.lookup_word(t) for part in tokens for t in part):
        return None
    sound = resample_poly(pcm.astype(np.float64), 1, _DECIMATE).clip(-32768, 32767)
    decoder.set_align_text(" ".join(token for part in tokens for token in part))
    decoder.start_utt()
    decoder.process_raw(sound.astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    found = [
        (re.sub(r"\(\d+\)$", "", segment.word), (segment.end_frame + 1) * _FRAME_S)
        for segment in decoder.seg() or ()
        if not segment.word.startswith(("<", "["))
    ]
    if [word for word, _ in found] != [token for part in tokens for token in part]:
        return None
    ends, position = [], 0
    for word, part in zip(words, tokens, strict=True):
        position += len(part)
        ends.append(WordEnd(word, found[position - 1][1]))
    return tuple(ends)
