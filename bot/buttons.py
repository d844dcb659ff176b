"""Buttons by their words: what people see on them, and what their label says."""

from collections.abc import Sequence
from typing import NamedTuple

from playwright.async_api import Locator

from bot.verdict import plain

_WORDS = """(buttons) => buttons.map((button) => [
  button.innerText ?? '', button.getAttribute('aria-label') ?? '',
  !button.disabled && button.getAttribute('aria-disabled') !== 'true',
])"""


class Button(NamedTuple):
    """A button on the page."""

    text: str
    """As people see it, icon ligatures included, each on a line of its own."""
    label: str
    enabled: bool = True

    def shows(self, texts: Sequence[str]) -> bool:
        """Whether one of its lines is one of the texts."""
        lines = {plain(line) for line in (*self.text.splitlines(), self.text)}
        return not lines.isdisjoint(plain(text) for text in texts)

    def labelled(self, texts: Sequence[str]) -> bool:
        """Whether its label is one of the texts."""
        return plain(self.label) in {plain(text) for text in texts}


async def read_buttons(found: Locator) -> list[Button]:
    """The buttons of a locator, in its order."""
    words: list[tuple[str, str, bool]] = await found.evaluate_all(_WORDS)
    return [Button(*each) for each in words]
