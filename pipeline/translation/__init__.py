"""Translation engines."""

ENGINES: dict[str, str] = {
    "apertium": "pipeline.translation.apertium:ApertiumTranslator",
    "ctranslate2": "pipeline.translation.ctranslate:CTranslateTranslator",
    "openai": "pipeline.translation.openai:OpenAITranslator",
    "scripted": "pipeline.translation.scripted:ScriptedTranslator",
    "seamless": "pipeline.translation.seamless:SeamlessTranslator",
    "silent": "pipeline.translation.scripted:SilentTranslator",
}
"""Engine names and where their classes are; see `domain.engines.load`."""
