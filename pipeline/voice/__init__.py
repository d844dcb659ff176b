"""Voices by name; a library is loaded only when its engine is chosen."""

ENGINES: dict[str, str] = {
    "kokoro": "pipeline.voice.kokoro:KokoroVoice",
    "openvino-kokoro": "pipeline.voice.openvino_kokoro:OpenVinoKokoro",
    "espeak-ng": "pipeline.voice.espeak:EspeakVoice",
    "flite": "pipeline.voice.flite:FliteVoice",
    "scripted": "pipeline.voice.scripted:ScriptedVoice",
    "silent": "pipeline.voice.scripted:SilentVoice",
}
"""Engine names and where their classes are; see `domain.engines.load`."""

AUTO_ORDER = ("kokoro", "openvino-kokoro", "espeak-ng")
"""What `auto` tries, best first; what is too slow here is passed over."""
