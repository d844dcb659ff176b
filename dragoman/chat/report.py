"""What the bot tells of itself and of the meeting."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.languages import name
from domain.text import clean_name
from web.live_state import LiveSnapshot

MOST_NAMES = 12
SHORT_NAME = 30
STAGES = ("recognise", "translate", "send")


@dataclass(frozen=True, slots=True)
class Engines:
    """Which engines are at work."""

    recognizer: str
    translators: tuple[str, ...]
    spoken: tuple[str, ...]
    """Languages that are expected; empty: any."""


def status(snapshot: LiveSnapshot, engines: Engines, now_s: float) -> str:
    """State, languages, engines and lag, in one line."""
    spoken = ", ".join(code.upper() for code in engines.spoken) or "any language"
    into = ", ".join(code.upper() for code in snapshot.languages)
    translators = ", ".join(engines.translators) or "none"
    parts = [
        f"{'Listening' if snapshot.listening else 'Paused'}, {now_s / 60:.0f} min in the meeting",
        f"{spoken} to {into or 'no other language'}",
        f"recognition: {engines.recognizer}, translation: {translators}",
        f"lag: {lag(snapshot)}",
    ]
    return "; ".join(parts) + "."


def lag(snapshot: LiveSnapshot) -> str:
    """How long each stage typically takes; what was not measured yet is left out."""
    told = [
        f"{stage} {snapshot.stages[stage].p50_s:.1f} s"
        for stage in STAGES
        if stage in snapshot.stages
    ]
    return ", ".join(told) or "nothing measured yet"


def present(snapshot: LiveSnapshot) -> str:
    """The names of the people who are there, the bot left out."""
    return _names([p.name for p in snapshot.people if p.left_s is None and not p.is_self])


def spoke(snapshot: LiveSnapshot) -> str:
    """The names of those who spoke, the first of them first."""
    names = {person.id: person.name for person in snapshot.people}
    names |= {c.speaker_key: c.speaker for c in snapshot.captions if c.speaker}
    return _names([names[key] for key in snapshot.colours if key in names])


def pairs(missing: Sequence[tuple[str, str]]) -> str:
    """Directions, in words."""
    return ", ".join(f"{name(source)} → {name(target)}" for source, target in missing)


def _names(names: Sequence[str]) -> str:
    told = [_short(each) for each in dict.fromkeys(names) if each.strip()]
    more = len(told) - MOST_NAMES
    return ", ".join(told[:MOST_NAMES]) + (f" +{more}" if more > 0 else "") if told else "–"


def _short(text: str) -> str:
    text = clean_name(text)
    return text if len(text) <= SHORT_NAME else text[: SHORT_NAME - 1] + "…"
