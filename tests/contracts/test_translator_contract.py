"""What every translator owes those who use it."""

# ruff: noqa: ASYNC240

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from benchmarks.translation_weights import write_opus
from domain.captions import TranslationState
from domain.clock import FakeClock
from domain.engines import load
from domain.errors import EngineError
from domain.ports import TranslationRequest, Translator
from pipeline.translation import ENGINES
from pipeline.translation.apertium import ApertiumTranslator
from pipeline.translation.chain import TranslatorChain
from pipeline.translation.ctranslate import CTranslateSettings, CTranslateTranslator
from pipeline.translation.openai import OpenAISettings, OpenAITranslator
from pipeline.translation.scripted import ScriptedTranslator, SilentTranslator
from pipeline.translation.seamless import SeamlessSettings, SeamlessTranslator

TABLE = {("en", "es"): {"The house is big.": "La casa es grande."}}

WORDS = {"The": "La", "house": "casa", "is": "es", "big.": "grande."}


class TableModel:
    """Stands for loaded SeamlessM4T weights; what it does not know comes back as it is."""

    def translate(self, text: str, source: str, target: str, beam: int) -> tuple[str, float | None]:
        assert (source, target) == ("eng", "spa")
        return TABLE["en", "es"].get(text, ""), 0.9

    def hear(self, sound: bytes, target: str, beam: int) -> str:
        raise NotImplementedError


async def answer(request: web.Request) -> web.Response:
    asked = (await request.json())["messages"][-1]["content"].splitlines()[-1]
    said = TABLE["en", "es"].get(asked.removeprefix("<speech>").removesuffix("</speech>"), "")
    return web.json_response({"choices": [{"message": {"content": said}}]})


@pytest.fixture(params=["apertium", "openai", "ctranslate2", "seamless", "scripted", "chain"])
async def translator(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Translator]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    made: Translator
    if request.param == "apertium":
        if (
            shutil.which("lt-proc") is None
            or not Path("/usr/share/apertium/modes/eng-spa.mode").exists()
        ):
            pytest.skip("apertium-eng-spa is not installed")
        made = ApertiumTranslator()
    elif request.param == "openai":
        made = OpenAITranslator(OpenAISettings(url, "m"))
    elif request.param == "ctranslate2":
        write_opus(tmp_path / "opus-mt-en-es", WORDS)
        made = CTranslateTranslator(CTranslateSettings((tmp_path,)))
    elif request.param == "seamless":
        made = SeamlessTranslator(SeamlessSettings(tmp_path), lambda _: TableModel())
    elif request.param == "scripted":
        made = ScriptedTranslator(TABLE)
    else:
        made = TranslatorChain([SilentTranslator(), ScriptedTranslator(TABLE)], FakeClock())
    yield made
    await made.aclose()
    await runner.cleanup()


async def test_a_translation_names_its_engine_and_hops(translator: Translator) -> None:
    result = await translator.translate(TranslationRequest("The house is big.", "en", "es"))
    assert (result.language, result.text) == ("es", "La casa es grande.")
    assert result.state is TranslationState.FINAL
    assert result.engine
    assert (result.hops[0], result.hops[-1]) == ("en", "es")
    assert result.quality is None or 0 <= result.quality <= 1


async def test_its_directions_hold_what_it_can(translator: Translator) -> None:
    pairs = translator.pairs()
    assert pairs is None or ("en", "es") in pairs
    assert translator.info.name


async def test_it_never_gives_the_source_in_disguise(translator: Translator) -> None:
    with pytest.raises(EngineError):
        await translator.translate(TranslationRequest("Xyzzy plugh frotz grue.", "en", "es"))


async def test_a_direction_that_it_has_not_is_an_error(translator: Translator) -> None:
    if translator.pairs() is not None:
        with pytest.raises(EngineError):
            await translator.translate(TranslationRequest("Hello", "xx", "yy"))


async def test_it_tells_its_health_and_closes_twice(translator: Translator) -> None:
    health = await translator.health()
    assert health.found
    assert health.ok or health.remedy
    await translator.aclose()
    await translator.aclose()


def test_every_name_in_the_table_loads() -> None:
    for name in ENGINES:
        assert callable(load(ENGINES, name))
