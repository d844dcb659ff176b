"""The figures of a scripted meeting, from what was said, sent, shown and received."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.meetings import Meeting
from dragoman.measure.figures import rate, spread
from dragoman.measure.sound import SentLine, drift_ppm, place, read_captures
from dragoman.measure.tracefile import Revision, TraceFile
from dragoman.measure.words import (
    Match,
    Screen,
    Spoken,
    match,
    speaker_accuracy,
    translation_erasure,
    word_error_rate,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was observed. Times are machine-monotonic seconds."""

    spoken: Sequence[Spoken]
    sent: Sequence[SentLine]
    frames: Sequence[tuple[float, int | None]]
    """(received at, picture number or None) of every frame of the bot's camera."""
    trace: TraceFile
    trace_folder: Path
    meeting: Meeting
    segments: int
    memory_mb: float | None = None
    """Highest resident memory of the bot's Python processes."""
    cpu_share: float | None = None
    """Mean share of one core used by the bot's Python processes."""


def build_report(evidence: Evidence) -> dict[str, Any]:
    """The figures as they stand in report.json."""
    trace, finals = evidence.trace, evidence.trace.finals
    matches = match(evidence.spoken, finals, trace.began_s)
    screen = Screen(trace, evidence.frames)
    captures = read_captures(evidence.trace_folder, trace.began_s)
    placements = place(evidence.sent, captures)
    drift = drift_ppm(placements)
    accuracy = speaker_accuracy(evidence.spoken, finals, trace.began_s)
    delays = [float(delay) for capture in captures for delay in capture.delays_s]
    erasure = translation_erasure(trace)
    fps = rate([at_s for at_s, _ in evidence.frames])
    changes = [(seen - changed) * 1000 for changed, seen in screen.changes()]
    return {
        "fps_received": None if fps is None else round(fps, 2),
        "change_to_received_ms": spread(changes, 1),
        "word_to_received_s": spread(_word_latencies(matches, screen)),
        "final_translation_s": spread(_translation_latencies(matches, trace)),
        "first_translation_s": spread(_first_translations(matches, trace)),
        "translation_erasure": None if erasure is None else round(erasure, 4),
        "capture_to_pipeline_ms": spread([delay * 1000 for delay in delays], 1),
        "drift_ppm": None if drift is None else round(drift, 1),
        "sound_offset_ms": spread([p.offset_s * 1000 for p in placements], 1),
        "lost_samples": trace.lost_samples,
        "wer": round(word_error_rate(evidence.spoken, finals), 4),
        "wer_by_speaker": {
            speaker: round(
                word_error_rate(
                    [word for word in evidence.spoken if word.speaker == speaker],
                    [caption for caption in finals if caption.speaker == speaker],
                ),
                4,
            )
            for speaker in dict.fromkeys(word.speaker for word in evidence.spoken)
        },
        "speaker_accuracy": None if accuracy is None else round(accuracy, 4),
        "segments": evidence.segments,
        "stages_s": {name: spread(values) for name, values in sorted(trace.stages.items())},
        "python_memory_mb": evidence.memory_mb,
        "python_cpu_share": evidence.cpu_share,
        "states": [
            {"name": c.state.value, "time": c.at.isoformat(), "reason": c.reason.value}
            for c in evidence.meeting.changes
        ],
    }


def _word_latencies(matches: Sequence[Match], screen: Screen) -> list[float]:
    seen = ((found, screen.word(found)) for found in matches)
    return [at_s - found.spoken.end_s for found, at_s in seen if at_s is not None]


def _translation_latencies(matches: Sequence[Match], trace: TraceFile) -> list[float]:
    """From the end of a caption's last spoken word to its final translation."""
    ends: dict[str, float] = {}
    for found in matches:
        ends[found.caption.id] = max(found.spoken.end_s, ends.get(found.caption.id, 0.0))
    first: dict[tuple[str, str], float] = {}
    for revision in trace.revisions:
        for language in _finished(revision):
            first.setdefault((revision.id, language), revision.at_s)
    return [at_s - ends[key] for (key, _), at_s in first.items() if key in ends]


def _first_translations(matches: Sequence[Match], trace: TraceFile) -> list[float]:
    """From the first spoken word of a caption to its first translated words."""
    starts: dict[str, float] = {}
    for found in matches:
        starts[found.caption.id] = min(
            found.spoken.end_s, starts.get(found.caption.id, float("inf"))
        )
    first: dict[tuple[str, str], float] = {}
    for revision in trace.revisions:
        for language, (state, text) in revision.translations.items():
            if text and state in ("draft", "final"):
                first.setdefault((revision.id, language), revision.at_s)
    return [at_s - starts[key] for (key, _), at_s in first.items() if key in starts]


def _finished(revision: Revision) -> list[str]:
    return [code for code, (state, _) in revision.translations.items() if state == "final"]


def summary(report: dict[str, Any]) -> list[tuple[str, str]]:
    """The figures as lines for people."""

    def both(key: str, unit: str) -> str:
        value = report[key]
        if not value["count"]:
            return "not measured"
        return f"{value['p50']} {unit} (p95 {value['p95']} {unit}, {value['count']} of them)"

    def one(key: str, unit: str = "") -> str:
        return "not measured" if report[key] is None else f"{report[key]}{unit}"

    def share(key: str) -> str:
        return "not measured" if report[key] is None else f"{report[key]:.1%}"

    return [
        ("camera as received", one("fps_received", " fps")),
        ("caption change to received picture", both("change_to_received_ms", "ms")),
        ("spoken word to received picture", both("word_to_received_s", "s")),
        ("end of sentence to final translation", both("final_translation_s", "s")),
        ("first word to first translated words", both("first_translation_s", "s")),
        ("translated words taken back", share("translation_erasure")),
        ("sound to pipeline", both("capture_to_pipeline_ms", "ms")),
        ("drift of the sound", one("drift_ppm", " ppm")),
        ("lost samples", one("lost_samples")),
        ("word error rate", share("wer")),
        *(
            (f"  {speaker}", f"{errors:.1%}")
            for speaker, errors in report["wer_by_speaker"].items()
        ),
        ("words under the right name", share("speaker_accuracy")),
        ("segments", one("segments")),
        ("memory of the bot's Python", one("python_memory_mb", " MB")),
        ("share of one core of the bot's Python", share("python_cpu_share")),
    ]
