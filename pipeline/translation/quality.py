"""When a translation is marked as doubtful: the one rule for all engines.

`Translation.quality` is what the engine itself knows, 0..1, and differs in kind:

- apertium: the share of words that its dictionaries know;
- ctranslate2, openai and seamless: the mean probability of the pieces written (the e-th power of
  the mean log-probability), where the server gives it; through several hops that of the weakest.

A translation is doubtful where this lies under the engine's bar, where numbers of the text are
missing in it, or where a required wording does not stand in it. The original is always shown
beside it.
"""

import re
import unicodedata

from domain.captions import Translation
from domain.ports import TranslationRequest
from pipeline.translation.wording import asked, unmet

BARS: dict[str, float] = {
    "apertium": 0.8,
    "ctranslate2": 0.35,
    "openai": 0.5,
    "seamless": 0.35,
}
"""Engine -> quality under which a translation is doubtful."""


def doubtful(translation: Translation, request: TranslationRequest) -> bool:
    """Whether the rule above speaks against a translation."""
    quality = translation.quality
    low = quality is not None and quality < BARS.get(translation.engine, 0.0)
    return (
        translation.doubtful
        or low
        or (not request.draft and bool(lost_numbers(request.text, translation.text)))
        or bool(unmet(translation.text, asked(request)))
    )


def lost_numbers(source: str, translated: str) -> tuple[str, ...]:
    """Numbers of two and more digits that are not in the translation, separators aside."""
    after = _numbers(translated)
    return tuple(number for number in _numbers(source) if len(number) > 1 and number not in after)


def _numbers(text: str) -> list[str]:
    found = re.findall(r"\d(?:[\d.,' \u00a0\u202f]*\d)?", text)
    joined = ("".join(re.findall(r"\d", each)) for each in found)
    return ["".join(str(unicodedata.digit(c)) for c in each) for each in joined]
