"""What captions call the person at the screen, in the languages that were seen."""

OWN_NAMES = frozenset(
    {"you", "vous", "você", "tú", "ich", "あなた", "나", "你", "您", "bạn", "вы", "ви"}
)
"""Case-folded."""
