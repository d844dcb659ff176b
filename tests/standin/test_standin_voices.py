"""Lines are spoken ahead: one rate, one loudness, word ends, a cache."""

import shutil
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.errors import UsageError
from standin.alignment import split_words, spread
from standin.script import Line, Script, ScriptedParticipant, Voice
from standin.voices import RATE, speak

PEOPLE = (
    ScriptedParticipant("a", "Ann", "en", Voice("flite", "rms")),
    ScriptedParticipant("l", "Luz", "es", Voice("espeak-ng", "es")),
)
LINES = (Line("a", 0.0, "Good morning everyone."), Line("l", 1.0, "Buenos días a todos."))

pytestmark = pytest.mark.skipif(
    not (shutil.which("flite") and shutil.which("espeak-ng")), reason="flite or espeak-ng missing"
)


def stamps(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.iterdir()}


async def test_lines_have_sound_and_word_ends(tmp_path: Path) -> None:
    english, spanish = await speak(Script("Trial", PEOPLE, LINES), tmp_path)
    assert english.aligned
    assert not spanish.aligned
    for item in (english, spanish):
        ends = [word.end_s for word in item.words]
        assert " ".join(word.text for word in item.words) == item.line.text
        assert ends == sorted(ends)
        assert 0.8 < item.duration_s < 6
        assert ends[-1] <= item.duration_s + 0.02
        active = item.pcm[np.abs(item.pcm) > 330].astype(float) / 32768
        assert 0.05 < np.sqrt(np.mean(active**2)) < 0.12
    assert abs(len(english.pcm) / RATE - english.duration_s) < 1e-6


async def test_the_cache_is_used(tmp_path: Path) -> None:
    script = Script("Trial", PEOPLE, LINES[:1])
    (first,) = await speak(script, tmp_path)
    before = stamps(tmp_path)
    (again,) = await speak(script, tmp_path)
    assert again.words == first.words
    assert stamps(tmp_path) == before


async def test_a_wav_file_speaks(tmp_path: Path) -> None:
    path = tmp_path / "own.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.full(16_000, 5000, "<i2").tobytes())
    line = replace(LINES[1], wav=path)
    (item,) = await speak(Script("Trial", PEOPLE, (line,)), tmp_path / "cache")
    assert item.duration_s == pytest.approx(1.0)
    assert item.words[-1].end_s == pytest.approx(1.0)


async def test_an_unknown_voice_is_refused(tmp_path: Path) -> None:
    people = (replace(PEOPLE[1], voice=Voice("espeak-ng", "nowhere")),)
    with pytest.raises(UsageError, match="espeak-ng"):
        await speak(Script("Trial", people, LINES[1:]), tmp_path)


def test_words_of_a_script_without_spaces() -> None:
    assert split_words("会議です。") == ["会", "議", "で", "す。"]
    assert spread("ab cd", 2.0)[0].end_s == pytest.approx(1.0)
