"""Translation engines."""

ENGINES: dict[str, str] = {
    "apertium": "pipeline.translation.apertium:ApertiumTranslator",
    "openai": "pipeline.translation.openai:OpenAITranslator",
    "scripted": "pipeline.translation.scripted:ScriptedTranslator",
    "silent": "pipeline.translation.scripted:SilentTranslator",
}
"""Engine names and where their classes are; see `domain.engines.load`."""
