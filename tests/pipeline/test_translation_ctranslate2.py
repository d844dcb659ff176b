"""Converted models: found, loaded, decoded in their thread, and what goes wrong there."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from benchmarks.translation_weights import (
    OPUS,
    Shape,
    time_translation,
    write_dictionary,
    write_opus,
    write_random,
    write_sentencepiece,
)
from domain.errors import EngineError, EngineUnavailable
from domain.ports import TranslationRequest
from pipeline.translation.ctranslate import CTranslateSettings, CTranslateTranslator
from pipeline.translation.ctranslate_model import CTranslateModel, Decoding, Said, sentences_of
from pipeline.translation.model_folders import Marks, ModelFolder, examine, find

SPANISH = {
    "the": "la", "house": "casa", "is": "es", "big": "grande", "white": "blanca",
    "Yes.": "Sí.", "Good.": "Bien.",
}  # fmt: skip
GERMAN = {"das": "the", "Haus": "house", "ist": "is", "groß": "big"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_opus(tmp_path / "opus-mt-en-es", SPANISH)
    write_opus(tmp_path / "opus-mt-de-en", GERMAN)
    return tmp_path


@pytest.fixture
async def engine(folder: Path) -> AsyncIterator[CTranslateTranslator]:
    made = CTranslateTranslator(CTranslateSettings((folder,)))
    yield made
    await made.aclose()


def request(text: str, way: str = "en es", **more: object) -> TranslationRequest:
    source, target = way.split()
    return TranslationRequest(text, source, target, **more)  # type: ignore[arg-type]


async def test_a_model_is_found_by_its_name_and_translates(engine: CTranslateTranslator) -> None:
    result = await engine.translate(request("the house is big"))
    assert (result.text, result.hops) == ("la casa es grande", ("en", "es"))
    assert result.quality is not None
    assert result.quality > 0.9
    assert "CC-BY" in (await engine.health()).found


async def test_a_missing_direction_goes_through_english(engine: CTranslateTranslator) -> None:
    result = await engine.translate(request("das Haus ist groß", "de es"))
    assert (result.text, result.hops) == ("la casa es grande", ("de", "en", "es"))
    assert engine.loaded() == ("opus-mt-de-en", "opus-mt-en-es")
    with pytest.raises(EngineError):
        await engine.translate(request("hola", "es de"))


async def test_sentences_are_translated_one_by_one(engine: CTranslateTranslator) -> None:
    assert (await engine.translate(request("Yes. Good."))).text == "Sí. Bien."


async def test_a_draft_continues_what_is_shown(engine: CTranslateTranslator) -> None:
    asked = request("the house is big", draft=True, shown="la blanca")
    assert (await engine.translate(asked)).text == "la blanca es grande"


async def test_terms_and_wordings_stand_in_the_result(engine: CTranslateTranslator) -> None:
    kept = await engine.translate(request("the house is big", terms=("house",)))
    assert kept.text == "la house es grande"
    worded = await engine.translate(request("the house is big", wording=(("house", "hogar"),)))
    assert worded.text == "la hogar es grande"


async def test_only_so_much_is_kept_in_memory(folder: Path) -> None:
    engine = CTranslateTranslator(CTranslateSettings((folder,), max_loaded_bytes=1))
    await engine.translate(request("das Haus", "de en"))
    await engine.translate(request("the house"))
    assert engine.loaded() == ("opus-mt-en-es",)
    await engine.aclose()
    assert engine.loaded() == ()


def nllb(folder: Path, **config: object) -> Path:
    words = {"▁house": "▁casa", "eng_Latn": "eng_Latn"}
    write_dictionary(folder, words, ("eng_Latn", "spa_Latn", "fra_Latn"))
    write_sentencepiece(folder / "sentencepiece.bpe.model", ["house", "casa"])
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


async def test_nllb_takes_codes_of_languages(tmp_path: Path) -> None:
    engine = CTranslateTranslator(CTranslateSettings((nllb(tmp_path / "nllb-200"),)))
    assert ("fr", "es") in engine.pairs()
    result = await engine.translate(request("house"))
    assert (result.text, result.hops) == ("casa", ("en", "es"))
    assert "bars commercial use" in (await engine.health()).found
    assert any("CC-BY-NC" in need for need in engine.info.needs)
    await engine.aclose()


def test_the_place_of_the_code_follows_the_tokenizer(tmp_path: Path) -> None:
    new = examine(nllb(tmp_path / "new"))
    assert new.ways["en", "es"] == Marks(("eng_Latn",), ("</s>",), ("spa_Latn",))
    old = examine(nllb(tmp_path / "old", legacy_behaviour=True))
    assert old.ways["en", "es"] == Marks((), ("</s>", "eng_Latn"), ("spa_Latn",))


def test_m2m_and_models_with_several_targets_are_told(tmp_path: Path) -> None:
    write_dictionary(tmp_path / "m2m", {}, ("__en__", "__fr__"))
    write_sentencepiece(tmp_path / "m2m" / "sentencepiece.bpe.model", ["a"])
    found = examine(tmp_path / "m2m")
    assert found.family == "m2m100"
    assert found.ways["en", "fr"] == Marks(("__en__",), ("</s>",), ("__fr__",))
    many = write_opus(tmp_path / "opus-mt-tc-big-en-roa", {"house": "casa"})
    vocabulary = many / "shared_vocabulary.json"
    listed = json.loads(vocabulary.read_text(encoding="utf-8"))
    listed[0] = ">>spa<<"
    vocabulary.write_text(json.dumps(listed), encoding="utf-8")
    assert examine(many).ways == {("en", "es"): Marks((">>spa<<",), ("</s>",))}


def test_an_end_that_the_model_adds_itself_is_not_doubled(folder: Path) -> None:
    path = folder / "opus-mt-en-es"
    config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    (path / "config.json").write_text(json.dumps({**config, "add_source_eos": True}))
    assert examine(path).ways["en", "es"].after == ()
    model = CTranslateModel(examine(path), Decoding())
    assert [said.text for said in model.translate(["the house"], Marks())] == ["la casa"]


def test_without_the_end_mark_the_model_does_not_end(folder: Path) -> None:
    model = CTranslateModel(examine(folder / "opus-mt-en-es"), Decoding())
    marked, bare = (model.translate(["the house"], Marks((), end)) for end in (("</s>",), ()))
    assert marked[0].text == "la casa"
    assert len(bare[0].text) > len("la casa")


@pytest.mark.parametrize(
    ("missing", "told"),
    [("model.bin", "model.bin"), ("shared_vocabulary.json", "vocab"), ("source.spm", "source.spm")],
)
async def test_a_missing_file_is_named(folder: Path, missing: str, told: str) -> None:
    (folder / "opus-mt-en-es" / missing).unlink()
    for each in (folder / "opus-mt-en-es").glob("source_vocabulary*"):
        each.unlink()
    engine = CTranslateTranslator(CTranslateSettings((folder,)))
    assert ("en", "es") not in engine.pairs()
    health = await engine.health()
    assert told in health.found
    assert health.ok
    nothing = CTranslateTranslator(CTranslateSettings((folder / "none",)))
    assert "none" in (await nothing.health()).found
    assert not (await nothing.health()).ok
    await engine.aclose()


async def test_a_file_in_the_place_of_a_folder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.bin").mkdir()
    (tmp_path / "shared_vocabulary.json").mkdir()
    engine = CTranslateTranslator(CTranslateSettings((tmp_path, tmp_path / "model.bin")))
    assert engine.pairs() == frozenset()
    assert "model.bin is missing" in (await engine.health()).found


@pytest.mark.parametrize("damaged", ["model.bin", "target.spm"])
async def test_damaged_files_are_an_error_that_says_so(folder: Path, damaged: str) -> None:
    (folder / "opus-mt-en-es" / damaged).write_bytes(b"nothing of the kind")
    engine = CTranslateTranslator(CTranslateSettings((folder,)))
    with pytest.raises(EngineError, match="cannot be"):
        await engine.translate(request("the house"))
    assert (await engine.translate(request("das Haus", "de en"))).text == "the house"
    await engine.aclose()


def test_a_tokenizer_file_will_do(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    path = folder / "opus-mt-en-es"
    for name in ("source.spm", "target.spm"):
        (path / name).unlink()
    words = ["<unk>", *(f"▁{word}" for word in (*SPANISH, *SPANISH.values()))]
    tokenizer = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(path / "tokenizer.json"))
    model = CTranslateModel(examine(path), Decoding())
    said = model.translate(["the house is big"], Marks((), ("</s>",)))
    assert said[0].text == "la casa es grande"


class Gate:
    """A model that notes its texts and waits until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.texts: list[str] = []

    def translate(
        self, sentences: Sequence[str], marks: Marks, *, shown: str = "", draft: bool = False
    ) -> list[Said]:
        self.texts += sentences
        self.begun.set()
        if not self.go.wait(20):
            raise RuntimeError("never let go")
        if "crash" in sentences[0]:
            raise RuntimeError("boom")
        return [Said(f"{each} !", 0.5) for each in sentences]


def gated(folder: Path, gate: Gate, **more: float) -> CTranslateTranslator:
    def load(model: ModelFolder, decoding: Decoding) -> Gate:
        return gate

    return CTranslateTranslator(CTranslateSettings((folder,), **more), load)  # type: ignore[arg-type]


async def test_finals_pass_waiting_drafts(folder: Path) -> None:
    gate = Gate()
    engine = gated(folder, gate)
    async with asyncio.TaskGroup() as group:
        group.create_task(engine.translate(request("first")))
        assert await asyncio.to_thread(gate.begun.wait, 10)
        group.create_task(engine.translate(request("draft", draft=True)))
        await asyncio.sleep(0)
        group.create_task(engine.translate(request("final")))
        await asyncio.sleep(0.05)
        gate.go.set()
    assert gate.texts == ["first", "final", "draft"]
    await engine.aclose()


async def test_a_crash_fails_one_text_only(folder: Path) -> None:
    gate = Gate()
    gate.go.set()
    engine = gated(folder, gate)
    with pytest.raises(EngineError, match="crashed"):
        await engine.translate(request("crash"))
    assert (await engine.translate(request("well"))).text == "well !"
    await engine.aclose()


async def test_a_hang_is_given_up_and_a_fresh_thread_goes_on(folder: Path) -> None:
    gate = Gate()
    engine = gated(folder, gate, timeout_s=0.1, restarts=1)
    with pytest.raises(EngineUnavailable, match="no answer"):
        await engine.translate(request("stuck"))
    gate.go.set()
    assert (await engine.translate(request("again"))).text == "again !"
    gate.go.clear()
    with pytest.raises(EngineUnavailable):
        await engine.translate(request("stuck"))
    with pytest.raises(EngineUnavailable, match="hang"):
        await engine.translate(request("any"))
    assert not (await engine.health()).ok
    gate.go.set()
    await engine.aclose()


def test_random_weights_of_a_small_shape_run_in_int8(tmp_path: Path) -> None:
    shape = Shape(32, 2, 1, 64, 200)
    path = write_random(tmp_path / "opus-mt-en-fr", shape)
    assert len(time_translation(path, shape, beam=2)) == 10
    assert OPUS.vocabulary == 60_000
    assert [model.family for model in find([tmp_path])] == ["opus-mt"]


def test_texts_are_cut_at_the_ends_of_sentences() -> None:
    assert sentences_of("Mr. Smith is here. He waits.") == ["Mr. Smith is here.", "He waits."]
    assert sentences_of("It costs 3.5 euros. Fine?  Yes!") == [
        *("It costs 3.5 euros.", "Fine?", "Yes!"),
    ]
    assert sentences_of("今日は。明日も。") == ["今日は。", "明日も。"]
    assert sentences_of("Это и т. д. потом. Да.") == ["Это и т. д. потом.", "Да."]
    assert sentences_of("no marks at all") == ["no marks at all"]
