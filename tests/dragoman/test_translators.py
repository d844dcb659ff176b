"""Which translators the settings build."""

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmarks.translation_weights import write_opus
from dragoman.groups.translation import TranslationGroup
from dragoman.settings import Settings, load_settings
from dragoman.settings_file import write_settings
from dragoman.translators import (
    build_translators,
    chain_settings,
    missing_pairs,
    open_translators,
)
from pipeline.translation.ctranslate import CTranslateTranslator


def names(settings: TranslationGroup) -> list[str]:
    return [translator.info.name for translator in build_translators(settings)]


def test_engines_that_are_not_set_up_are_left_out(tmp_path: Path) -> None:
    assert names(TranslationGroup()) == ["apertium"]
    everything = TranslationGroup(
        engines=("openai", "ctranslate2", "seamless", "apertium"),
        openai_url="http://127.0.0.1:9/v1",
        models=(tmp_path,),
        seamless_folder=tmp_path,
    )
    assert names(everything) == ["openai", "ctranslate2", "seamless", "apertium"]


def test_routes_go_to_the_chain_and_are_checked() -> None:
    routes = {"en-ja": ("openai",), "*-de": ("ctranslate2", "apertium")}
    settings = TranslationGroup(routes=routes, timeout_s=4)
    assert chain_settings(settings).routes == routes
    assert chain_settings(settings).timeout_s == 4
    for wrong in ({"english": ("openai",)}, {"en-ja": ("magic",)}):
        with pytest.raises(ValidationError, match=r"no direction|unknown engine"):
            TranslationGroup(routes=wrong)


async def test_converted_models_are_loaded_before_the_first_sentence(tmp_path: Path) -> None:
    write_opus(tmp_path / "opus-mt-en-es", {"Hello.": "Hola."})
    settings = TranslationGroup(engines=("ctranslate2",), models=(tmp_path,), targets=("es", "ja"))
    async with asyncio.timeout(20), open_translators(settings, ("en",)) as (engine,):
        assert isinstance(engine, CTranslateTranslator)
        assert engine.loaded() == ("opus-mt-en-es",)
        assert missing_pairs([engine], ("en",), ("es", "ja")) == [("en", "ja")]


def test_folders_and_routes_reach_a_bot_process(tmp_path: Path) -> None:
    group = {"models": ["/m/opus", "/m/nllb"], "routes": {"*-ja": ["openai"], "en-de": []}}
    settings = Settings.model_validate({"translation": group})
    path = write_settings(settings, tmp_path / "settings.toml")
    assert load_settings(path).translation == settings.translation
