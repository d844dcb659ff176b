"""The real Kokoro code with random weights of the real shape: it loads, speaks and is renewed."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.errors import EngineError
from domain.voices import SpeechRequest
from pipeline.voice.kokoro import KokoroSettings, KokoroVoice

torch = pytest.importorskip("torch", reason="the extra voice is not installed")
kokoro = pytest.importorskip("kokoro", reason="the extra voice is not installed")

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]

SYMBOLS = "$;:,.!?¡¿—…() abcdefghijklmnopqrstuvwxyzɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɡɣɪʝɟɲŋøɾɹʁʃʎʊʌʒθˈˌː̃"
PARTS = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
SHAPE = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_conv_dim": 512,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
    "vocab": {symbol: number for number, symbol in enumerate(SYMBOLS)},
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like Kokoro's own; its voice is noise, about as slow as speech."""
    folder = tmp_path_factory.mktemp("kokoro")
    config, empty = folder / "config.json", folder / "empty"
    config.write_text(json.dumps(SHAPE), encoding="utf-8")
    torch.manual_seed(1)
    torch.save({}, empty)
    made = kokoro.KModel(repo_id="random", config=str(config), model=str(empty))
    with torch.no_grad():
        made.predictor.duration_proj.linear_layer.bias.fill_(-2.75)
    weights = {part: getattr(made, part).state_dict() for part in PARTS}
    torch.save(weights, folder / "kokoro.pth")
    empty.unlink()
    (folder / "voices").mkdir()
    torch.save(torch.randn(510, 1, 256) * 0.1, folder / "voices" / "ef_dora.pt")
    return folder


@pytest.fixture
async def voice(model: Path) -> AsyncIterator[KokoroVoice]:
    made = KokoroVoice(KokoroSettings(model=model, most_texts=2, speak_timeout_s=120))
    yield made
    await made.aclose()
    assert made.pid is None


async def test_it_speaks_and_its_process_is_renewed(voice: KokoroVoice) -> None:
    first = await voice.speak(SpeechRequest("Hola.", "es"))
    assert (first.rate, first.language) == (24_000, "es")
    assert first.length_s > 0.2
    old = voice.pid
    assert old is not None
    os.kill(old, 0)
    await voice.speak(SpeechRequest("Hola.", "es"))
    assert voice.pid is None
    await voice.speak(SpeechRequest("Adiós.", "es"))
    assert voice.pid not in (None, old)


async def test_a_voice_that_is_not_there_is_an_error(voice: KokoroVoice) -> None:
    with pytest.raises(EngineError, match="Kokoro failed"):
        await voice.speak(SpeechRequest("Ciao.", "it"))
