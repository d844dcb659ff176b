"""Recognition engines."""

ENGINES = {
    "openai-audio": "pipeline.asr.openai_audio:OpenAIAudio",
    "realtime": "pipeline.asr.realtime:Realtime",
    "openvino": "pipeline.asr.openvino_whisper:OpenVinoWhisper",
    "faster-whisper": "pipeline.asr.faster_whisper:FasterWhisper",
    "pocketsphinx": "pipeline.asr.pocketsphinx:Pocketsphinx",
    "meet-captions": "pipeline.asr.meet_captions:MeetCaptions",
    "scripted": "pipeline.asr.scripted:ScriptedRecognizer",
}
"""Engine name -> "module:Class" of a `domain.ports.Recognizer`."""

AUTO_ORDER = (
    *("realtime", "openai-audio", "openvino", "faster-whisper", "pocketsphinx"),
    "meet-captions",
)
"""What `auto` tries, best first; those before pocketsphinx work only where a server or a model
is given."""
