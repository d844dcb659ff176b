"""Transcripts as tables for spreadsheets, in which nothing acts as a formula."""

import csv
from collections.abc import Sequence
from io import StringIO

from domain.languages import primary
from domain.text import clean
from storage.export.times import stamp
from storage.export.transcript import Mode, Transcript, original_of, speaker_of, text_in

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


def guarded(text: str) -> str:
    """A cell that a spreadsheet takes for text: what could begin a formula gets an apostrophe."""
    return f"'{text}" if text.lstrip(" '\"").startswith(_FORMULA) else text


def to_csv(transcript: Transcript, languages: Sequence[str], mode: Mode) -> str:
    """A CSV file with a byte order mark: one row per segment, one column per language."""
    targets = [] if mode is Mode.ORIGINAL else list(languages)
    texts = [] if mode is Mode.TRANSLATION and targets else ["text"]
    made = StringIO()
    made.write("\ufeff")
    rows = csv.writer(made, lineterminator="\r\n")
    head = ["start", "end", "start_s", "end_s", "speaker", "language", *texts]
    rows.writerow([*head, *(guarded(clean(code)) for code in targets)])
    for segment in transcript.segments:
        times = (segment.start_s, segment.end_s)
        rows.writerow(
            [
                *(stamp(time) for time in times),
                *(f"{max(0.0, time):.3f}" for time in times),
                guarded(speaker_of(segment)),
                guarded(clean(primary(segment.language))),
                *(guarded(original_of(segment)) for _ in texts),
                *(guarded(text_in(segment, code)) for code in targets),
            ]
        )
    return made.getvalue()
