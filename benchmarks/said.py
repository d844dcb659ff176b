"""A scripted meeting whose every line can be told apart, and what became of the lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.audio import Gap
from domain.transcripts import Segment
from standin.journal import SpokenLine
from standin.script import CaptionHabits, Ending, Line, Lobby, Script, bundled_script

WORDS = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november "
    "oscar papa quebec romeo sierra tango uniform victor whiskey yankee zulu"
).split()
TOPICS = ("the harbour", "the garden", "the railway", "the library", "the market")
FIRST_S = 10.0
STEP_S = 4.0
SETTLE_S = 5.0
"""After the bot came in, captions are switched on and settle: lines that began sooner may be
incomplete."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the lines of a meeting."""

    lines: int
    outside: int
    """Lines of which nothing lies in a gap."""
    lost: tuple[str, ...]
    """Lines outside all gaps that are not in the transcript, word for word."""
    doubled: tuple[str, ...]
    """Lines that are in the transcript more than once."""


def script(minutes: float) -> Script:
    """Two people who speak in turn; nobody ends the meeting."""
    base = bundled_script("short")
    who = [person.id for person in base.participants if person.language.startswith("en")]
    people = tuple(replace(person, leaves_s=None) for person in base.participants)
    count = int(minutes * 60 / STEP_S)
    lines = tuple(
        Line(who[number % len(who)], FIRST_S + number * STEP_S, sentence(number))
        for number in range(count)
    )
    return replace(
        base,
        participants=people,
        lines=lines,
        chat=(),
        end=Ending("stays"),
        lobby=Lobby("none"),
        captions=CaptionHabits(corrections=False),
    )


def sentence(number: int) -> str:
    """The line of a number; no other has its first four words."""
    many = len(WORDS)
    words = (number // many**2 % many, number // many % many, number % many)
    return f"Line {' '.join(WORDS[each] for each in words)} is {TOPICS[number % len(TOPICS)]}."


def fate(
    lines: Sequence[SpokenLine], began_s: float, segments: Sequence[Segment], gaps: Sequence[Gap]
) -> Fate:
    """Compares what was said with what was stored. `began_s` is the meeting's second 0 on the
    monotonic clock."""
    streams = _streams(segments)
    outside, lost, doubled = 0, [], []
    for line in lines:
        start_s, end_s = line.start_monotonic_s - began_s, line.end_monotonic_s - began_s
        said = " ".join(_words(line.text))
        key = " ".join(_words(line.text)[:4])
        if sum(stream.count(f" {key} ") for stream in streams) > 1:
            doubled.append(line.text)
        if any(start_s < gap.end_s + SETTLE_S and end_s > gap.start_s for gap in gaps):
            continue
        outside += 1
        if not any(f" {said} " in stream for stream in streams):
            lost.append(line.text)
    return Fate(len(lines), outside, tuple(lost), tuple(doubled))


def _streams(segments: Sequence[Segment]) -> list[str]:
    """Each speaker's words in order, as one text."""
    words: dict[str, list[str]] = {}
    for segment in sorted(segments, key=lambda s: (s.start_s, s.end_s)):
        words.setdefault(segment.participant_id or segment.speaker, []).extend(_words(segment.text))
    return [f" {' '.join(each)} " for each in words.values()]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.casefold())
