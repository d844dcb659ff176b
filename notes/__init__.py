"""What is made of a meeting afterwards: notes, answers, what somebody missed."""

ENGINES = {
    "extractive": "notes.extractive:ExtractiveWriter",
    "openai": "notes.openai:OpenAIWriter",
}
"""Name -> class."""
