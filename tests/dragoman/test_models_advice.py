"""What suits a machine, and what doctor and the list tell of models."""

import asyncio
import json
from pathlib import Path

import pytest

from dragoman.cli import main
from dragoman.models.advice import recommended, served
from dragoman.models.catalogue import catalogue
from dragoman.models.checkup import licences, translation_models
from dragoman.models.machine import Gpu, Machine, look
from dragoman.settings import load_settings

PAIRS = [("en", "es")]
SMALL = Machine(2, 8.0)
LAPTOP = Machine(8, 16.0)
DESK = Machine(8, 32.0, (Gpu("RTX 4070", 12.0),), cuda=True)
RACK = Machine(32, 256.0, (Gpu("H100", 80.0),), cuda=True)


@pytest.mark.parametrize(
    ("machine", "wanted", "unwanted"),
    [
        (SMALL, {"base", "opus-mt-en-es"}, {"kokoro-82m", "community-1", "hy-mt2-1.8b"}),
        (LAPTOP, {"small", "opus-mt-en-es", "kokoro-82m", "community-1"}, {"hy-mt2-1.8b"}),
        (DESK, {"large-v3-turbo", "large-v3", "hy-mt2-1.8b"}, {"base", "opus-mt-en-es"}),
        (RACK, {"large-v3-turbo", "hy-mt2-7b"}, {"hy-mt2-1.8b", "small"}),
    ],
)
def test_a_machine_gets_what_it_can_run(
    machine: Machine, wanted: set[str], unwanted: set[str]
) -> None:
    advice = recommended(machine, PAIRS)
    assert wanted <= advice.keys()
    assert not unwanted & advice.keys()
    known = {model.name: model for model in catalogue(PAIRS)}
    for name in advice:
        assert known[name].commercial
        assert known[name].gpu_gb <= machine.gpu_gb
    assert bool(served(machine)) == (machine.gpu_gb >= 8)


def test_gpus_are_read_from_what_the_driver_says() -> None:
    found = look(lambda: "NVIDIA H100 80GB HBM3, 81559\nodd line\n, 5\n")
    assert [(gpu.name, round(gpu.memory_gb)) for gpu in found.gpus] == [
        ("NVIDIA H100 80GB HBM3", 86)
    ]
    assert found.cores >= 1
    assert found.memory_gb > 0
    assert "no GPU" in look(lambda: "").told()


def test_the_list_for_programs_says_what_is_not_reachable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "dragoman.toml"
    config.write_text('[models]\nhub = "http://127.0.0.1:9"\n')
    assert main(["models", "--json", "--config", str(config)]) == 0
    value = json.loads(capsys.readouterr().out)
    models = {model["name"]: model for model in value["models"]}
    assert models["nllb-600m"]["commercial"] is False
    assert models["community-1"]["gated"] is True
    assert {model["state"] for model in models.values()} <= {"here", "not reachable"}
    assert main(["models", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert "no commercial use" in told
    assert max(len(line) for line in told.splitlines()) <= 100
    assert main(["models", "fetch", "tiny", "--config", str(config)]) == 4
    assert main(["models", "fetch", "--config", str(config)]) == 2
    assert main(["models", "list", "tiny", "--config", str(config)]) == 2


def test_doctor_tells_of_licences_and_broken_models(tmp_path: Path) -> None:
    (tmp_path / "nllb-200-distilled-600M").mkdir()
    (tmp_path / "nllb-200-distilled-600M" / "model.bin").write_bytes(b"x")
    settings = load_settings(None, {"translation": {"models": (tmp_path,)}})
    barred = asyncio.run(licences(settings))
    assert not barred.ok
    assert "nllb" in barred.found
    assert not asyncio.run(translation_models(settings)).ok
    free = load_settings(None, {"translation": {"openai_model": "tencent/Hy-MT2-1.8B"}})
    assert asyncio.run(licences(free)).ok
