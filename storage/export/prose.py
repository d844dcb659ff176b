"""Transcripts to read: plain text and Markdown."""

import re
from collections.abc import Sequence
from datetime import UTC

from domain.audio import Gap
from domain.languages import name, primary
from domain.text import clean, clean_name
from domain.transcripts import LIVE, REFINED, Segment
from storage.export.side import columns_of, notes_of, side_of
from storage.export.times import stamp
from storage.export.transcript import (
    Mode,
    Transcript,
    doubtful,
    original_of,
    speaker_of,
    targets_of,
    text_in,
)
from storage.facts import TITLE

NAMED_GAPS = 5
"""Stretches of lost sound that are told one by one."""
_INLINE = re.compile(r"([\\`*_\[\]<>|~&$])")
_AT_START = re.compile(r"^([#+\-=]|\d+(?=[.)]))")
_VERSIONS = {LIVE: "live", REFINED: "refined (second pass)"}
_ADDRESS = re.compile(r"(?i)(?<=[a-z])://|(?<=www)\.")


def to_txt(transcript: Transcript, languages: Sequence[str], mode: Mode) -> str:
    """Plain text: one line per segment, translations indented under it."""
    lines = [*heading(transcript), ""]
    for title, points in notes_of(transcript.notes):
        lines += [title, *(f"  - {text} ({more})" for text, more in points), ""]
    lines += ["Transcript"] if transcript.notes else []
    if mode is Mode.SIDE and languages:
        return "\n".join([*lines, *columns_of(transcript, languages)]) + "\n"
    for segment in transcript.segments:
        spoken, translated = texts(segment, languages, mode)
        lines.append(f"[{stamp(segment.start_s)}] {speaker_of(segment)}: {spoken}")
        lines += [f"    {clean(code)}: {text}" for code, text in translated]
    return "\n".join(lines) + "\n"


def to_markdown(transcript: Transcript, languages: Sequence[str], mode: Mode) -> str:
    """Markdown: the speaker in bold, translations as quotes under the words."""
    title, *rest = heading(transcript)
    blocks = [f"# {escape(title)}", "\n".join(f"- {escape(line)}" for line in rest)]
    for head, points in notes_of(transcript.notes):
        blocks.append(f"## {escape(head)}")
        blocks.append("\n".join(f"- {escape(text)} *({escape(more)})*" for text, more in points))
    blocks += ["## Transcript"] if transcript.notes else []
    if mode is Mode.SIDE and languages:
        return "\n\n".join([*blocks, _table(transcript, languages)]) + "\n"
    for segment in transcript.segments:
        spoken, translated = texts(segment, languages, mode)
        head = f"**{escape(speaker_of(segment))}** · {stamp(segment.start_s)}  "
        quotes = "\n>\n".join(
            f"> *{escape(name(primary(code)))}:* {escape(text)}" for code, text in translated
        )
        block = f"{head}\n{escape(spoken)}{_otherwise(segment)}"
        blocks += [block, *([quotes] if quotes else [])]
    return "\n\n".join(blocks) + "\n"


def _table(transcript: Transcript, languages: Sequence[str]) -> str:
    """A table with a column for each language."""
    heads = ["Time", "Speaker", "Original", *(escape(name(primary(code))) for code in languages)]
    rows = [heads, ["---"] * len(heads)]
    for segment in transcript.segments:
        cells = [stamp(segment.start_s), escape(speaker_of(segment))]
        rows.append([*cells, *(escape(cell) for cell in side_of(segment, languages))])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _otherwise(segment: Segment) -> str:
    """A second line where another source of words heard something else."""
    other = doubtful(segment)
    if other is None:
        return ""
    heard = escape(clean(other.text)) or "nothing"
    return f"  \n*(?) {escape(clean(other.engine))} heard:* {heard}"


def escape(text: str) -> str:
    """Text that Markdown shows as it stands: no markup, no HTML, no links."""
    text = _INLINE.sub(r"\\\1", clean(text, len(text) + 1))
    text = _ADDRESS.sub(lambda match: "\\" + match[0], text)
    return _AT_START.sub(lambda m: f"{m[1]}\\" if m[1].isdigit() else f"\\{m[1]}", text)


def texts(
    segment: Segment, languages: Sequence[str], mode: Mode
) -> tuple[str, list[tuple[str, str]]]:
    """The main text, and the others with their languages."""
    if mode is Mode.ORIGINAL or not languages:
        return original_of(segment), []
    if mode is Mode.TRANSLATION:
        first, *others = languages
        return text_in(segment, first), [(code, text_in(segment, code)) for code in others]
    pairs = [(code, text_in(segment, code)) for code in targets_of(segment, languages)]
    return original_of(segment), pairs


def title_of(transcript: Transcript) -> str:
    """What the calendar calls the meeting, or its code."""
    code = clean(transcript.meeting.code)
    a_file = transcript.meeting.link.startswith("file:")
    return clean(transcript.facts.get(TITLE, "")) or (code if a_file else f"Meeting {code}")


def heading(transcript: Transcript) -> list[str]:
    """The title, and what is to be known of the meeting."""
    meeting = transcript.meeting
    began = (meeting.began_at or meeting.created_at).astimezone(UTC)
    people = [clean_name(p.name) or "Somebody" for p in transcript.participants if not p.is_self]
    spoken = sorted({name(primary(s.language)) for s in transcript.segments if s.language})
    lines = [title_of(transcript), f"Date: {began:%Y-%m-%d %H:%M} UTC"]
    lines.append(f"Version: {_VERSIONS.get(transcript.version, transcript.version)}")
    if meeting.ended_at is not None:
        stay_s = (meeting.ended_at - began).total_seconds()
        heard_s = max((segment.end_s for segment in transcript.segments), default=0.0)
        lines.append(f"Length: {stamp(max(stay_s, heard_s))}")
    if people:
        lines.append(f"Participants: {', '.join(people)}")
    words = sorted({segment.engine for segment in transcript.segments if segment.engine})
    translators = {t.engine for s in transcript.segments for t in s.translations if t.engine}
    if words:
        lines.append(f"Words by: {', '.join(clean(engine) for engine in words)}")
    if translators:
        lines.append(f"Translations by: {', '.join(clean(e) for e in sorted(translators))}")
    if spoken:
        lines.append(f"Spoken: {', '.join(clean(each) for each in spoken)}")
    if transcript.gaps:
        lines.append(lost_words(transcript.gaps))
    return lines


def _one_gap(gap: Gap) -> str:
    why = clean(gap.reason).replace("_", " ")
    return f"{stamp(gap.start_s)[:-4]} to {stamp(gap.end_s)[:-4]}, {why}"


def lost_words(gaps: Sequence[Gap]) -> str:
    """What was not heard, when and why, in one line; the longest stretches by name."""
    lost_s, until_s = 0.0, 0.0
    for gap in sorted(gaps, key=lambda gap: gap.start_s):
        lost_s += max(0.0, gap.end_s - max(gap.start_s, until_s))
        until_s = max(until_s, gap.end_s)
    longest = sorted(gaps, key=lambda gap: gap.start_s - gap.end_s)[:NAMED_GAPS]
    named = [_one_gap(gap) for gap in sorted(longest, key=lambda gap: gap.start_s)]
    places = "1 place" if len(gaps) == 1 else f"{len(gaps)} places"
    more = "; …" if len(gaps) > NAMED_GAPS else ""
    return f"Sound lost: {lost_s:.1f} s in {places} ({'; '.join(named)}{more})"
