"""Scripts are read, and errors in them name the place and the cure."""

from dataclasses import fields
from pathlib import Path

import pytest

from domain.errors import UsageError
from standin.call_traps import CallTraps
from standin.entry_traps import EntryTraps
from standin.script import Traps, bundled_script, load_script

GOOD = """
[meeting]
title = "Trial"
[[participant]]
id = "a"
name = "Ann"
voice = "flite:rms"
[[line]]
who = "a"
start_s = 1
text = "Hello there."
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "trial.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_script(tmp_path: Path) -> None:
    script = load_script(write(tmp_path, GOOD + "[traps]\ngot_it_dialog = true\n"))
    assert script.title == "Trial"
    assert [(line.who, line.start_s) for line in script.lines] == [("a", 1.0)]
    assert script.traps == Traps(got_it_dialog=True)
    assert script.participant("a").name == "Ann"


@pytest.mark.parametrize("name", ["demo", "short"])
def test_bundled_scripts(name: str) -> None:
    script = bundled_script(name)
    assert script.lines
    assert script.chat


def test_the_demo_has_three_speakers_who_overlap() -> None:
    script = bundled_script("demo")
    assert len({line.who for line in script.lines}) == 3
    assert {p.language for p in script.participants} == {"en", "es"}
    assert 75 <= script.lines[-1].start_s <= 95


def test_an_unknown_bundled_script() -> None:
    with pytest.raises(UsageError, match="demo"):
        bundled_script("nothing")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = = 1", "line 1"),
        ("", "participant"),
        (GOOD + '[[line]]\nwho = "b"\nstart_s = 1\ntext = "x"\n', "line 2.who"),
        (GOOD.replace("start_s = 1", "start_s = -1"), "line 1.start_s"),
        (GOOD.replace("start_s = 1", 'start_s = "soon"'), "line 1.start_s"),
        (GOOD.replace("start_s = 1", "start_s = nan"), "line 1.start_s"),
        (GOOD.replace("start_s = 1\n", ""), "line 1.start_s"),
        (GOOD.replace("flite:rms", "megaphone:x"), "participant 1.voice"),
        (GOOD.replace("flite:rms", "wav:gone.wav"), "gone.wav"),
        (GOOD.replace("flite:rms", "flite:nobody"), "participant 1.voice"),
        (GOOD + "[traps]\nearthquake = true\n", "traps.earthquake"),
        (GOOD + '[traps]\ncaptions_toggle = "round"\n', "traps.captions_toggle"),
        (GOOD + "[traps]\ntiles_shown = -1\n", "traps.tiles_shown"),
        (GOOD + '[lobby]\nbehaviour = "nap"\n', "lobby.behaviour"),
        (GOOD + "[weather]\nsun = true\n", "weather"),
        (GOOD.replace('title = "Trial"', 'code = "x"'), "meeting.code"),
        (GOOD + '[[participant]]\nid = "a"\nname = "Bo"\nvoice = "flite:rms"\n', "twice"),
        (GOOD + "lobby = 3\n", "line 1"),
        ("line = 3\n" + GOOD.replace("[[line]]", "[[chat]]"), "line"),
    ],
)
def test_errors_name_the_place(tmp_path: Path, text: str, place: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load_script(path)
    assert str(path) in caught.value.message
    assert place in caught.value.message
    assert caught.value.remedy


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_script(tmp_path / "none.toml")


def test_a_missing_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="flite, which is not installed"):
        load_script(write(tmp_path, GOOD))


def test_every_switch_of_the_call_is_described() -> None:
    page = (Path(__file__).parents[2] / "docs" / "standin.md").read_text("utf-8")
    own = {switch.name for switch in fields(CallTraps)} - {s.name for s in fields(EntryTraps)}
    assert sorted(name for name in own if f"`{name}`" not in page) == []
