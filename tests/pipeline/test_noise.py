"""Nobody speaks: no word is shown, not even as a draft. The long version is benchmarks.silence."""

from collections.abc import Callable

import pytest

from benchmarks.listening import listen
from benchmarks.silence import clicks, hiss, music, silence
from domain.speech import Word
from pipeline.asr.pocketsphinx import Pocketsphinx
from pipeline.gates import POCKETSPHINX, Gate

pytest.importorskip("pocketsphinx")

SOUNDS = {"silence": silence(20), "hiss": hiss(10), "clicks": clicks(10), "music": music(20)}


@pytest.mark.parametrize("kind", SOUNDS)
async def test_made_sound_gives_no_word(kind: str) -> None:
    async with Pocketsphinx() as engine:
        heard = await listen(SOUNDS[kind], engine)
    assert heard.updates == []


@pytest.mark.parametrize("name", ["noise2.wav", "noise5.wav", "rir3.wav"])
async def test_recorded_noise_gives_no_word(sample: Callable[[str], bytes], name: str) -> None:
    pcm = sample(f"noise/{name}")
    async with Pocketsphinx() as engine:
        heard = await listen(pcm, engine)
    assert heard.updates == []


def test_a_word_below_its_background_is_not_believed() -> None:
    word = (Word("the", 0.0, 0.9, 1.0),)
    assert not POCKETSPHINX.says(word, snr_db=-4.0)
    assert POCKETSPHINX.says(word, snr_db=12.0)
    assert POCKETSPHINX.says(word), "nothing around it to compare with"
    assert POCKETSPHINX.says(word * 3, snr_db=-4.0), "a whole phrase is"
    assert Gate().says(word, snr_db=1.0)
