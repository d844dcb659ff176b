"""What the licences of model weights allow, as far as their publishers state it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence of a family of models."""

    name: str
    commercial: bool | None
    """Whether commercial use is allowed; None where it depends on the model."""
    note: str = ""

    def told(self) -> str:
        """One sentence for people."""
        bar = "" if self.commercial is not False else ", which bars commercial use"
        return f"Licence of the weights: {self.name}{bar}.{' ' if self.note else ''}{self.note}"


LICENCES: dict[str, Licence] = {
    "opus-mt": Licence("CC-BY-4.0 or Apache-2.0", True, "Check the card of each model."),
    "nllb": Licence("CC-BY-NC-4.0", False, "OPUS-MT models are free for any use."),
    "m2m100": Licence("MIT", True),
    "seamless": Licence("CC-BY-NC-4.0", False, "OPUS-MT models are free for any use."),
    "madlad": Licence("Apache-2.0", True),
    "hy-mt2": Licence("Apache-2.0", True),
    "hy-mt": Licence(
        "Tencent's own", None, "It does not cover the European Union, the UK and South Korea."
    ),
    "qwen": Licence("Apache-2.0", True, "Most sizes; check the card."),
    "eurollm": Licence("Apache-2.0", True),
    "translategemma": Licence("Gemma terms", None, "They restrict certain uses."),
    "gemma": Licence("Gemma terms", None, "They restrict certain uses; Gemma 4 differs."),
    "tower": Licence("CC-BY-NC-4.0", False, "Tower and Tower+ weights."),
    "apertium": Licence("GPL", True, "A program beside this one, with its dictionaries."),
}
"""Family of models -> licence; of several names that fit, the longest counts."""

_ALIASES = {"hy-mt2": ("hunyuan-mt2", "hymt2"), "hy-mt": ("hunyuan-mt", "hunyuan")}


def licence_of(model: str) -> Licence | None:
    """The licence of a model by its name or path, or None where nothing is known."""
    name = model.casefold().replace("_", "-")
    fitting = [
        family
        for family in LICENCES
        if any(each in name for each in (family, *_ALIASES.get(family, ())))
    ]
    return LICENCES[max(fitting, key=len)] if fitting else None
