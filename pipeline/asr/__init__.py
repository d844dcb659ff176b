"""Recognition engines."""

ENGINES = {
    "pocketsphinx": "pipeline.asr.pocketsphinx:Pocketsphinx",
    "meet-captions": "pipeline.asr.meet_captions:MeetCaptions",
    "scripted": "pipeline.asr.scripted:ScriptedRecognizer",
}
"""Engine name -> "module:Class" of a `domain.ports.Recognizer`."""

AUTO_ORDER = ("pocketsphinx", "meet-captions")
"""What `auto` tries, best first."""
