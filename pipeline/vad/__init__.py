"""Finding speech in sound."""

ENGINES = {
    "silero": "pipeline.vad.silero:SileroVad",
    "energy": "pipeline.vad.energy:EnergyVad",
    "scripted": "pipeline.vad.scripted:ScriptedVad",
}
"""Engine name -> "module:Class" of a `domain.ports.Vad`."""
