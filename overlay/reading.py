"""How long people need to read a text."""

from overlay.scripts import CJK, script_of_language

SHORTEST_S = 1.2
LINGER_S = 10.0
"""A finished sentence stays this long at least while nothing pushes it out."""

_PER_SECOND = {CJK: 7.0, "thai": 13.0, "arabic": 13.0, "hebrew": 14.0}
_PER_SECOND_ELSE = 17.0


def reading_s(text: str, language: str) -> float:
    """Seconds to read a text once, by its length and script."""
    speed = _PER_SECOND.get(script_of_language(language), _PER_SECOND_ELSE)
    return max(SHORTEST_S, len(text) / speed)
