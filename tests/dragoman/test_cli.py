"""Bad input gets a message of two lines, an exit code, and no traceback."""

from pathlib import Path

import pytest

from dragoman.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert len(captured.err.strip().splitlines()) <= 2
    return code, captured.err


def test_a_wrong_link_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, told = run(capsys, "join", "https://zoom.us/j/1", "--data", str(tmp_path))
    assert code == 2
    assert "not a Google Meet link" in told


def test_an_unknown_language_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, told = run(
        capsys, "join", "abc-defg-hij", "--translate", "klingon", "--data", str(tmp_path)
    )
    assert code == 2
    assert "klingon" in told


def test_a_missing_script_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, told = run(
        capsys, "demo", "--script", str(tmp_path / "none.toml"), "--out", str(tmp_path)
    )
    assert code == 2
    assert "none.toml" in told


def test_a_script_error_names_the_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = tmp_path / "bad.toml"
    script.write_text('title = "x"\n[[participants]\n')
    code, told = run(capsys, "demo", "--script", str(script), "--out", str(tmp_path))
    assert code == 2
    assert "line 2" in told


def test_a_folder_that_takes_no_files_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    code, told = run(capsys, "demo", "--script", "short", "--out", str(blocked / "out"))
    assert code == 5
    assert "takes no files" in told


def test_an_unknown_meeting_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, told = run(capsys, "export", "feedbeef", "--data", str(tmp_path))
    assert code == 2
    assert "dragoman meetings" in told or "no meeting" in told


def test_no_browser_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAGOMAN_BOT__BROWSER", str(tmp_path / "none"))
    code, told = run(
        capsys, "join", "abc-defg-hij", "--base-url", "http://127.0.0.1:9", "--data", str(tmp_path)
    )
    assert code == 3
    assert "Chromium" in told


def test_an_unknown_engine_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAGOMAN_TRANSLATION__ENGINES", "babelfish")
    code, told = run(capsys, "doctor", "--data", str(tmp_path))
    assert code == 2
    assert "babelfish" in told


def test_a_wrong_engine_is_told_at_the_start_with_its_setting(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAGOMAN_HEARING__ENGINE", "whisperr")
    code, told = run(capsys, "meetings", "--data", str(tmp_path))
    assert code == 2
    assert "hearing.engine" in told
    assert "pocketsphinx" in told
