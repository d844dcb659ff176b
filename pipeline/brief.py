"""What a translation should know besides its text: terms, names, and what was said before."""

from collections.abc import Iterable

from domain.ports import TranslationRequest
from pipeline.context import Context
from pipeline.glossary import Glossary


class Brief:
    """Makes requests."""

    def __init__(self, glossary: Glossary, context_tokens: int) -> None:
        self._base = self._glossary = glossary
        self._context = Context(context_tokens)

    def keep(self, names: Iterable[str]) -> None:
        """Leaves people's names as they are from now on."""
        self._glossary = self._base.with_names(names)

    def said(self, text: str, language: str) -> None:
        """Remembers a final sentence as context for those that follow."""
        self._context.add(text, language)

    def request(self, text: str, source: str, target: str) -> TranslationRequest:
        """What to ask for a text."""
        found = self._glossary.find(text, source, target)
        return TranslationRequest(
            text=text,
            source=source,
            target=target,
            context=self._context.before(source),
            terms=found.terms,
            wording=found.wording,
        )
