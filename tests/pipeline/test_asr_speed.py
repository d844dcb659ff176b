"""Which model keeps up: the pace rule, the choice by measurement, the book of speeds."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import EngineError
from pipeline.asr.speed import LOAD, STEPS_S, UTTERANCE_S, ModelChooser, SpeedBook, pace
from pipeline.asr.whisper_files import Found


class Fake:
    """A model that takes so long for a window."""

    def __init__(self, took_s: float) -> None:
        self.took_s = took_s
        self.asked: list[bool] = []

    def window_s(self, short_window: bool = False) -> float:
        self.asked.append(short_window)
        return self.took_s


class Shelf:
    """Models by name and what loading them costs; a time of 0 is a model that is broken."""

    def __init__(self, **took_s: float) -> None:
        self.models = {name: Fake(seconds) for name, seconds in took_s.items()}
        self.loaded: list[str] = []

    @property
    def found(self) -> list[Found]:
        return [Found(name, Path("/models", name), f"/models/{name}") for name in self.models]

    def load(self, folder: Path) -> Fake:
        self.loaded.append(folder.name)
        model = self.models[folder.name]
        if not model.took_s:
            raise EngineError(f"{folder.name} is broken.")
        return model

    def measured(self) -> list[str]:
        return [name for name, model in self.models.items() if model.asked]


def chooser(shelf: Shelf, book: SpeedBook | None = None, **more: object) -> ModelChooser[Fake]:
    settings = {"speakers": 1, **more}
    return ModelChooser(shelf.load, book or SpeedBook(None, "cpu"), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("window_s", "speakers", "step_s"),
    [
        (0.2, 1, 1.0),
        (0.59, 1, 1.0),
        (0.7, 1, 1.5),
        (1.0, 1, 2.0),
        (1.4, 1, 3.0),
        (1.5, 1, 0.0),
        (4.1, 1, 0.0),
        (4.3, 1, None),
        (0.29, 2, 1.0),
        (0.27, 3, 1.5),
        (0.3, 20, None),
    ],
)
def test_the_step_follows_from_the_time_for_a_window(
    window_s: float, speakers: int, step_s: float | None
) -> None:
    assert pace(window_s, speakers).step_s == step_s


@given(st.floats(0.001, 20), st.integers(1, 20))
def test_a_step_is_the_smallest_that_leaves_time_free(window_s: float, speakers: int) -> None:
    found = pace(window_s, speakers)

    def load(step_s: float) -> float:
        return speakers * window_s * (1 / step_s + 1 / UTTERANCE_S)

    steps = [step for step in STEPS_S if load(step) <= LOAD]
    if found.step_s:
        assert found.step_s == steps[0]
    else:
        assert steps == []
        assert (found.step_s is None) == (speakers * window_s / UTTERANCE_S > LOAD)
    assert found.live_step_s == (found.step_s or 0.0)


def test_the_pace_is_told_in_words() -> None:
    assert pace(0.2, 1).reason == "0.20 s for a window: drafts every 1 s, for one speaker"
    assert "finished utterances only, for one speaker" in pace(3.0, 1).reason
    assert "does not keep up with 4 speakers at once" in pace(3.0, 4).reason


def test_the_largest_model_that_keeps_up_is_taken() -> None:
    shelf = Shelf(tiny=0.1, base=0.3, small=0.9, medium=5.0)
    model, found, at = chooser(shelf).choose(shelf.found)
    assert (model.took_s, found.name, at.step_s) == (0.9, "small", 2.0)
    assert shelf.loaded == ["tiny", "base", "small"]


def test_a_model_that_turns_out_too_slow_leaves_the_one_before() -> None:
    shelf = Shelf(tiny=0.1, base=0.2, small=3.0)
    _, found, at = chooser(shelf).choose(shelf.found)
    assert (found.name, at.window_s) == ("base", 0.2)
    assert shelf.loaded == ["tiny", "base", "small"]


def test_more_speakers_mean_a_smaller_model() -> None:
    shelf = Shelf(tiny=0.1, base=0.3, small=0.9)
    assert chooser(shelf, speakers=3).choose(shelf.found)[1].name == "base"


def test_the_cheapest_serves_where_none_keeps_up() -> None:
    shelf = Shelf(tiny=9.0, base=20.0)
    _, found, at = chooser(shelf).choose(shelf.found)
    assert (found.name, at.step_s) == ("tiny", None)
    assert shelf.loaded == ["tiny"]


def test_no_further_model_is_loaded_once_the_time_is_over() -> None:
    shelf = Shelf(tiny=0.001, base=0.002)
    assert chooser(shelf, budget_s=-1.0).choose(shelf.found)[1].name == "tiny"
    assert shelf.loaded == ["tiny"]


def test_a_broken_model_is_passed_over() -> None:
    shelf = Shelf(tiny=0, base=0.2)
    assert chooser(shelf).choose(shelf.found)[1].name == "base"
    broken = Shelf(tiny=0, base=0)
    with pytest.raises(EngineError, match="base is broken"):
        chooser(broken).choose(broken.found)
    with pytest.raises(EngineError, match="No Whisper model"):
        chooser(broken).choose([])


def test_speeds_are_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "engines" / "speeds.json"
    first = Shelf(tiny=0.1, base=0.3, small=0.9)
    chosen = chooser(first, SpeedBook(path, "cpu auto")).choose(first.found)
    assert first.measured() == ["tiny", "base", "small"]
    again = Shelf(tiny=0.1, base=0.3, small=0.9)
    assert chooser(again, SpeedBook(path, "cpu auto")).choose(again.found)[2] == chosen[2]
    assert (again.loaded, again.measured()) == (["small"], [])
    assert list(path.parent.iterdir()) == [path]


def test_a_speed_counts_for_its_use_its_folder_and_its_windows(tmp_path: Path) -> None:
    path = tmp_path / "speeds.json"
    shelf = Shelf(base=0.3)
    chooser(shelf, SpeedBook(path, "cpu int8")).choose(shelf.found)
    chooser(shelf, SpeedBook(path, "cpu float32")).choose(shelf.found)
    chooser(shelf, SpeedBook(path, "cpu int8"), short_window=True).choose(shelf.found)
    moved = [Found("base", Path("/elsewhere/base"), "")]
    chooser(shelf, SpeedBook(path, "cpu int8")).choose(moved)
    assert shelf.models["base"].asked == [False, False, True, False]
    assert len(json.loads(path.read_text())) == 4


@pytest.mark.parametrize(
    "damaged", ["", "{", "[1, 2]", '"fast"', "null", "\x00\x01", '{"x": "quick"}']
)
def test_a_damaged_book_is_written_anew(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "speeds.json"
    path.write_text(damaged)
    book = SpeedBook(path, "cpu")
    assert book.get("base") is None
    book.put("base", 0.25)
    assert SpeedBook(path, "cpu").get("base") == 0.25


def test_a_book_with_bytes_that_are_no_text_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "speeds.json"
    path.write_bytes(b"\xff\xfe\x80")
    book = SpeedBook(path, "cpu")
    book.put("base", 0.25)
    assert book.get("base") == 0.25


@pytest.mark.parametrize("value", ["0", "-1", '"0.2"', "null", "[0.2]"])
def test_a_figure_that_cannot_be_is_measured_again(tmp_path: Path, value: str) -> None:
    path = tmp_path / "speeds.json"
    book = SpeedBook(path, "cpu")
    book.put("base", 0.25)
    path.write_text(path.read_text().replace("0.25", value))
    assert book.get("base") is None


def test_a_folder_that_cannot_be_written_costs_another_measurement(tmp_path: Path) -> None:
    (tmp_path / "engines").write_text("a file where the folder should be")
    shelf = Shelf(base=0.3)
    for _ in range(2):
        book = SpeedBook(tmp_path / "engines" / "speeds.json", "cpu")
        assert chooser(shelf, book).choose(shelf.found)[1].name == "base"
    assert len(shelf.models["base"].asked) == 2
    assert (tmp_path / "engines").is_file()
