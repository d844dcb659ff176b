"""The one refusal that says nothing against an engine."""

from domain.errors import EngineError
from domain.languages import name


class LanguageUnknown(EngineError):
    """The engine is well but does not know the language; no failure of it."""

    def __init__(self, engine: str, language: str) -> None:
        super().__init__(
            f"{engine} does not know {name(language)}.",
            "Choose an engine or a model that does, or leave these words to Meet's captions.",
        )
