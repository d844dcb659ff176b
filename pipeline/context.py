"""What was said before, for engines that use it."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Context:
    """Previous final sentences of each language, within a budget of tokens."""

    tokens: int
    _said: dict[str, deque[str]] = field(default_factory=dict)

    def add(self, text: str, language: str) -> None:
        """Remembers a final sentence."""
        self._said.setdefault(language, deque(maxlen=20)).append(text)

    def before(self, language: str) -> tuple[str, ...]:
        """The newest sentences that fit, oldest first."""
        kept: list[str] = []
        left = self.tokens
        for text in reversed(self._said.get(language, deque())):
            dense = sum(ord(char) > 0x2E80 for char in text)
            left -= dense + (len(text) - dense + 3) // 4
            if left < 0:
                break
            kept.append(text)
        return tuple(reversed(kept))
