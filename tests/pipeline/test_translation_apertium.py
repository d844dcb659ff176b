import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.captions import Translation
from domain.errors import EngineError
from domain.ports import TranslationRequest
from pipeline.translation import modes
from pipeline.translation.apertium import ApertiumSettings, ApertiumTranslator
from pipeline.translation.apertium_chain import ApertiumChain
from pipeline.translation.protect import lost, mask, unmask
from pipeline.translation.stream_format import decode, encode

MODES = Path("/usr/share/apertium/modes")
needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None or not (MODES / "eng-spa.mode").exists(),
    reason="apertium and apertium-eng-spa are not installed",
)


@pytest.fixture
async def engine() -> AsyncIterator[ApertiumTranslator]:
    translator = ApertiumTranslator(ApertiumSettings(timeout_s=20))
    yield translator
    await translator.aclose()


async def say(
    engine: ApertiumTranslator, text: str, way: str = "en es", terms: tuple[str, ...] = ()
) -> Translation:
    source, target = way.split()
    return await engine.translate(TranslationRequest(text, source, target, terms=terms))


@needs_apertium
async def test_english_to_spanish_and_back(engine: ApertiumTranslator) -> None:
    result = await say(engine, "Good morning everybody, I am happy.")
    assert result.text == "Buenos días todo el mundo, soy feliz."
    assert (result.hops, result.quality) == (("en", "es"), 1.0)
    assert (await say(engine, "El informe está listo.", "es en")).text == "The report is ready."
    assert (await say(engine, "Where is the report?")).text.startswith("¿Dónde")


@needs_apertium
async def test_french_goes_through_spanish(engine: ApertiumTranslator) -> None:
    if ("es", "fr") not in modes.installed(MODES):
        pytest.skip("apertium-fr-es is not installed")
    result = await say(engine, "Where is the report?", "en fr")
    assert result.hops == ("en", "es", "fr")
    assert "rapport" in result.text
    assert "¿" not in result.text


@needs_apertium
async def test_unknown_words_are_counted_not_marked(engine: ApertiumTranslator) -> None:
    result = await say(engine, "The kubernetes server is ready.")
    assert "kubernetes" in result.text
    assert not set("*@#") & set(result.text)
    assert result.quality is not None
    assert 0.5 < result.quality < 1.0
    with pytest.raises(EngineError):
        await say(engine, "Xyzzy plugh frotz.")


@needs_apertium
async def test_terms_stay(engine: ApertiumTranslator) -> None:
    terms = ("Rose Garden", "Mark", "House")
    text = "Mark said that the Rose Garden of House is open."
    result = await say(engine, text, terms=terms)
    assert lost(text, result.text, terms) == ()


@needs_apertium
async def test_required_wordings_come(engine: ApertiumTranslator) -> None:
    request = TranslationRequest(
        "The board reads the reports.", "en", "es", wording=(("board", "consejo"),)
    )
    result = await engine.translate(request)
    assert "consejo" in result.text
    assert "informes" in result.text


@needs_apertium
async def test_terms_and_wordings_stay_over_two_hops(engine: ApertiumTranslator) -> None:
    if ("es", "fr") not in modes.installed(MODES):
        pytest.skip("apertium-fr-es is not installed")
    request = TranslationRequest(
        "Mark has the report of House.",
        "en",
        "fr",
        terms=("Mark", "House"),
        wording=(("report", "compte rendu"),),
    )
    result = await engine.translate(request)
    assert lost(request.text, result.text, request.terms) == ()
    assert "compte rendu" in result.text


@needs_apertium
@pytest.mark.parametrize(
    "text",
    [
        "<b>Hello</b> & <script>alert(1)</script>",
        "^$@* {x} [y] \\ / #a ~ | ^hello<n>$ hello",
        "hello \0 world\r\nagain",
        "🎉",
        "Hello 🎉🎉 friends 👩\u200d👩\u200d👧",
        "hello \u202egnp.exe\u202c world",
        "[[t:b:123]]hello[[/]]",
        "'; rm -rf / #`reboot` $(reboot)",
        "hello " * 1700,
        ". . . ?!",
        "]][[ hello \\",
        "שלום hello مرحبا",
    ],
)
async def test_hostile_text_survives(engine: ApertiumTranslator, text: str) -> None:
    with contextlib.suppress(EngineError):
        assert (await say(engine, text)).text
    assert (await say(engine, "The house is big.")).text == "La casa es grande."
    assert len(engine.running()) <= 1


@needs_apertium
@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
async def test_any_text_keeps_the_programs_in_step(texts: list[str]) -> None:
    async with asyncio.timeout(30):
        chain = _shared()
        for text in texts:
            decode(await chain.ask(encode(text)))
        assert decode(await chain.ask(encode("the house")))[0].casefold() == "la casa"
        await chain.aclose()


def _shared() -> ApertiumChain:
    return ApertiumChain(modes.command(MODES / "eng-spa.mode"), timeout_s=3)


@needs_apertium
async def test_killed_programs_come_back(engine: ApertiumTranslator) -> None:
    first = await say(engine, "The house is big.")
    (group,) = engine.running().values()
    os.killpg(group, signal.SIGKILL)
    again = await say(engine, "The house is big.")
    assert again.text == first.text
    (new,) = engine.running().values()
    assert new != group
    await engine.aclose()
    assert engine.running() == {}


async def test_a_hang_is_ended_and_tried_once_more(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    chain = ApertiumChain(f"echo >> {starts}; exec sleep 60", timeout_s=0.5)
    with pytest.raises(EngineError):
        await chain.ask(b"x\0")
    assert (starts.read_text(), chain.pid) == ("\n\n", None)


async def test_a_cancelled_request_leaves_nothing_behind() -> None:
    chain = ApertiumChain("exec sleep 60", timeout_s=30)
    task = asyncio.create_task(chain.ask(b"x\0"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert chain.pid is None


def test_ways_are_the_shortest() -> None:
    pairs = dict.fromkeys([("en", "es"), ("es", "fr"), ("fr", "oc"), ("oc", "ca"), ("es", "en")])
    ways = modes.ways(pairs)
    assert ways["en", "fr"] == ("en", "es", "fr")
    assert ways["en", "oc"] == ("en", "es", "fr", "oc")
    assert ("en", "ca") not in ways
    assert ("en", "en") not in ways


@given(st.text())
def test_the_stream_format_keeps_what_is_no_word(text: str) -> None:
    raw = encode(text)
    assert raw.count(b"\0") == 1
    assert raw.endswith(b"[]\0")


def test_masks_come_off_again() -> None:
    masked, holders = mask("Anna and Mark met Anna", {"Anna": "Anna", "Mark": "Mark"})
    assert "Anna" not in masked
    assert unmask(masked, holders) == "Anna and Mark met Anna"
    assert unmask("nothing left", holders) is None
