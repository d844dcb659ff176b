"""SeamlessM4T: its thread and checks with a fake, its loading with random weights."""

import threading
from pathlib import Path

import pytest

from domain.errors import EngineError, EngineUnavailable
from domain.ports import TranslationRequest
from pipeline.translation.seamless import SeamlessModel, SeamlessSettings, SeamlessTranslator

ASK = TranslationRequest("The house is big.", "en", "es")


class Table:
    """Says one sentence; counts how often it was loaded and asked."""

    def __init__(self, said: str = "La casa es grande.") -> None:
        self.said = said
        self.loads = 0
        self.asked: list[tuple[str, str, int]] = []
        self.go = threading.Event()
        self.go.set()

    def load(self, settings: SeamlessSettings) -> "Table":
        self.loads += 1
        return self

    def translate(self, text: str, source: str, target: str, beam: int) -> tuple[str, float | None]:
        self.asked.append((source, target, beam))
        self.go.wait(20)
        return self.said, 0.75

    def hear(self, sound: bytes, target: str, beam: int) -> str:
        return f"{len(sound)} bytes in {target}"


async def test_it_loads_once_and_tells_codes_and_quality(tmp_path: Path) -> None:
    table = Table()
    engine = SeamlessTranslator(SeamlessSettings(tmp_path), table.load)
    result = await engine.translate(ASK)
    assert (result.text, result.quality) == ("La casa es grande.", 0.75)
    assert await engine.hear(b"\0" * 320, "zh") == "320 bytes in cmn"
    assert (table.loads, table.asked) == (1, [("eng", "spa", 4)])
    with pytest.raises(EngineError):
        await engine.translate(TranslationRequest("Saluton", "eo", "es"))
    await engine.aclose()


async def test_its_licence_is_told(tmp_path: Path) -> None:
    engine = SeamlessTranslator(SeamlessSettings(tmp_path))
    assert any("bars commercial use" in need for need in engine.info.needs)
    health = await engine.health()
    assert not health.ok
    assert health.remedy


async def test_an_echo_is_refused_and_a_hang_given_up(tmp_path: Path) -> None:
    table = Table("The house is big.")
    engine = SeamlessTranslator(SeamlessSettings(tmp_path, timeout_s=0.1), table.load)
    with pytest.raises(EngineError, match="untranslated"):
        await engine.translate(ASK)
    table.go.clear()
    with pytest.raises(EngineUnavailable, match="no answer"):
        await engine.translate(ASK)
    with pytest.raises(EngineUnavailable, match="hangs"):
        await engine.translate(ASK)
    table.go.set()
    await engine.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A SeamlessM4T v2 folder of the smallest shape with random weights."""
    library = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    letters = ["<pad>", "<unk>", "<s>", "</s>", "▁", *"abcdefghijklmnopqrstuvwxyzT."]
    tokenizer = library.SeamlessM4TTokenizer(
        vocab={letter: n for n, letter in enumerate(letters)},
        merges=[],
        additional_special_tokens=["__eng__", "__spa__", "__fra__"],
    )
    tokenizer.save_pretrained(tmp_path)
    library.SeamlessM4TFeatureExtractor(feature_size=8, num_mel_bins=8).save_pretrained(tmp_path)
    tiny = dict.fromkeys(
        ["hidden_size", "encoder_ffn_dim", "decoder_ffn_dim", "speech_encoder_intermediate_size",
         "t2u_encoder_ffn_dim", "t2u_decoder_ffn_dim", "unit_embed_dim", "lang_embed_dim",
         "spkr_embed_dim", "unit_hifi_gan_vocab_size", "upsample_initial_channel"], 16,
    )  # fmt: skip
    ones = {
        f"{part}_{what}": 1
        for part in ("encoder", "decoder", "speech_encoder", "t2u_encoder", "t2u_decoder")
        for what in ("layers", "attention_heads")
    }
    config = library.SeamlessM4Tv2Config(
        vocab_size=len(tokenizer), feature_projection_input_dim=16, **tiny, **ones
    )
    model = library.SeamlessM4Tv2Model(config)
    codes = {code: tokenizer.convert_tokens_to_ids(f"__{code}__") for code in ("eng", "spa", "fra")}
    model.save_pretrained(tmp_path)
    generation = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
    library.GenerationConfig(
        **generation, decoder_start_token_id=3, text_decoder_lang_to_code_id=codes
    ).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("ignore")
async def test_random_weights_load_and_write(folder: Path) -> None:
    settings = SeamlessSettings(folder)
    assert (await SeamlessTranslator(settings).health()).ok
    model = SeamlessModel(settings)
    text, quality = model.translate("The house is big.", "eng", "spa", 2)
    assert isinstance(text, str)
    assert quality is not None
    assert 0 <= quality <= 1
    assert model.translate("The house is big.", "eng", "spa", 1)[0] is not None
    assert isinstance(model.hear(bytes(32_000), "spa", 1), str)
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(EngineError, match="cannot be loaded"):
        SeamlessModel(settings)
