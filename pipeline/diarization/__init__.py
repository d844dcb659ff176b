"""Diarization engines by name; a library is loaded only when its engine is chosen."""

ENGINES: dict[str, str] = {
    "pyannote": "pipeline.diarization.pyannote:Pyannote",
    "light": "pipeline.diarization.light:Light",
    "none": "pipeline.diarization.none:NoDiarizer",
    "scripted": "pipeline.diarization.scripted:ScriptedDiarizer",
}
"""Engine name -> "module:Class" of a `domain.ports.Diarizer`."""

AUTO_ORDER = ("pyannote", "light", "none")
"""What `auto` tries, best first; the first only works where its package and a model are here."""
