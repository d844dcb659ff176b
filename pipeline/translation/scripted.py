"""Translators without a model: one reads a table, one knows no language."""

from collections.abc import Mapping

from domain.captions import Translation, TranslationState
from domain.engines import EngineInfo, Health
from domain.errors import EngineError
from domain.ports import TranslationRequest

Table = Mapping[tuple[str, str], Mapping[str, str]]
"""(source, target) -> text -> translation."""


class ScriptedTranslator:
    """Translates what stands in its table."""

    def __init__(self, table: Table) -> None:
        self.info = EngineInfo("scripted", frozenset(source for source, _ in table))
        self._table = table

    async def health(self) -> Health:
        return Health(True, f"A table of {len(self._table)} directions.")

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._table)

    async def translate(self, request: TranslationRequest) -> Translation:
        text = self._table.get((request.source, request.target), {}).get(request.text)
        if text is None:
            raise EngineError(
                "The script has no translation for this sentence.", "Add it to the script."
            )
        hops = (request.source, request.target)
        return Translation(request.target, text, TranslationState.FINAL, "scripted", hops)

    async def aclose(self) -> None:
        """Holds nothing."""


class SilentTranslator:
    """Translates nothing: captions stay in the language that was spoken."""

    def __init__(self) -> None:
        self.info = EngineInfo("silent")

    async def health(self) -> Health:
        return Health(True, "Translation is switched off.")

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    async def translate(self, request: TranslationRequest) -> Translation:
        raise EngineError("Translation is switched off.", "Choose a translation engine.")

    async def aclose(self) -> None:
        """Holds nothing."""
