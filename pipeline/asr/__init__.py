"""Recognition engines."""

ENGINES = {
    "openai-audio": "pipeline.asr.openai_audio:OpenAIAudio",
    "faster-whisper": "pipeline.asr.faster_whisper:FasterWhisper",
    "pocketsphinx": "pipeline.asr.pocketsphinx:Pocketsphinx",
    "meet-captions": "pipeline.asr.meet_captions:MeetCaptions",
    "scripted": "pipeline.asr.scripted:ScriptedRecognizer",
}
"""Engine name -> "module:Class" of a `domain.ports.Recognizer`."""

AUTO_ORDER = ("openai-audio", "faster-whisper", "pocketsphinx", "meet-captions")
"""What `auto` tries, best first; the first two only work where a server or model is given."""
