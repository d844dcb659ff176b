"""From an invitation to translated captions on the camera and a transcript in the hand."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


SCRIPT = """
[meeting]
title = "Three people, two at once"

[[participant]]
id = "anna"
name = "Anna Keller"
language = "en"
voice = "flite:rms"
host = true

[[participant]]
id = "david"
name = "David Walker"
language = "en"
voice = "flite:awb"

[[participant]]
id = "lucia"
name = "Lucía Gómez"
language = "es"
voice = "espeak-ng:es"

[[line]]
who = "anna"
start_s = 1.5
text = "There are three questions about the new project."

[[line]]
who = "david"
start_s = 6.0
text = "I think it is possible but we need two more people in the team."

[[line]]
who = "lucia"
start_s = 7.5
text = "Sí, yo tengo dos personas para ese trabajo."

[[line]]
who = "anna"
start_s = 12.0
text = "Ten weeks is not a long time."

[lobby]
behaviour = "admit"
after_s = 0.5

[end]
how = "host"
at_s = 17.0
"""


def dragoman(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    return subprocess.run(
        [sys.executable, "-m", "dragoman", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One short scripted meeting; the folder it left and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "meeting.toml").write_text(SCRIPT, encoding="utf-8")
    done = dragoman("demo", "--script", "meeting.toml", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out", done.stdout


def report(out: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return loaded


def transcript(out: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((out / "transcript.json").read_text(encoding="utf-8"))
    return loaded


def test_the_meeting_went_through_its_states(demo: tuple[Path, str]) -> None:
    names = [state["name"] for state in report(demo[0])["states"]]
    assert names[0] == "requested" or names[0] == "starting"
    assert [n for n in names if n in ("joining", "in_meeting", "leaving", "ended")] == [
        "joining", "in_meeting", "leaving", "ended",
    ]  # fmt: skip


def test_what_was_said_stands_under_the_right_names(demo: tuple[Path, str]) -> None:
    figures = report(demo[0])
    assert figures["speaker_accuracy"] >= 0.95
    assert figures["wer"] <= 0.35
    assert figures["lost_samples"] == 0


def test_every_segment_is_translated_or_marked(demo: tuple[Path, str]) -> None:
    segments = transcript(demo[0])["segments"]
    assert len(segments) >= 4
    for segment in segments:
        wanted = {"es", "fr"} - {segment["language"]}
        assert set(segment["translations"]) == wanted
        for translation in segment["translations"].values():
            assert translation["state"] == "final"
            assert translation["engine"]
            assert translation["text"] != segment["text"]


def test_the_other_peer_received_a_moving_picture(demo: tuple[Path, str]) -> None:
    figures = report(demo[0])
    assert figures["fps_received"] >= 20
    assert figures["change_to_received_ms"]["count"] >= 5
    assert figures["word_to_received_s"]["count"] >= 5
    assert (demo[0] / "camera.mp4").stat().st_size > 10_000


def test_the_received_picture_is_legible(demo: tuple[Path, str]) -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    read = subprocess.run(
        ["tesseract", str(demo[0] / "camera.png"), "-", "-l", "eng+spa+fra", "--psm", "6"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    seen = {word.strip(".,?!¿¡") for word in read.casefold().split()}
    for language in ("es", "fr"):
        shown = {
            word.strip(".,?!¿¡").casefold()
            for segment in transcript(demo[0])["segments"]
            for code, translation in segment["translations"].items()
            for word in translation["text"].split()
            if code == language and len(word) > 3
        }
        assert len(seen & shown) >= 2, (language, read)


def test_two_people_at_once_come_apart(demo: tuple[Path, str]) -> None:
    segments = transcript(demo[0])["segments"]
    david = " ".join(s["text"] for s in segments if s["speaker"] == "David Walker").casefold()
    lucia = " ".join(s["text"] for s in segments if s["speaker"] == "Lucía Gómez").casefold()
    assert "two more people" in david
    assert "personas para ese" in lucia
    assert "personas" not in david
    assert "people" not in lucia


def test_subtitles_exist_for_every_language(demo: tuple[Path, str]) -> None:
    for language in ("en", "es", "fr"):
        assert "-->" in (demo[0] / f"transcript.{language}.srt").read_text(encoding="utf-8")
        vtt = (demo[0] / f"transcript.{language}.vtt").read_text(encoding="utf-8")
        assert vtt.startswith("WEBVTT")
    assert "**" in (demo[0] / "transcript.md").read_text(encoding="utf-8")


def test_the_meeting_can_be_listed_and_exported_later(demo: tuple[Path, str]) -> None:
    data = str(demo[0] / "data")
    listed = dragoman("meetings", "--json", "--data", data, cwd=demo[0])
    meeting = json.loads(listed.stdout)[0]
    assert meeting["state"] == "ended"
    done = dragoman(
        "export", meeting["id"][:8], "--format", "srt", "--lang", "es", "--data", data, cwd=demo[0]
    )
    assert done.returncode == 0, done.stderr
    assert "-->" in done.stdout


def test_the_terminal_tells_the_address_the_figures_and_the_folder(
    demo: tuple[Path, str],
) -> None:
    assert "Watch it live: http://127.0.0.1:" in demo[1]
    assert "word error rate" in demo[1]
    assert "Everything is in out/" in demo[1]
