"""What the camera says while nobody has spoken yet."""

_LINES = {
    "en": "I show translated captions here.",
    "es": "Aquí muestro subtítulos traducidos.",
    "fr": "J'affiche ici des sous-titres traduits.",
    "de": "Hier zeige ich übersetzte Untertitel.",
    "pt": "Aqui mostro legendas traduzidas.",
    "it": "Qui mostro sottotitoli tradotti.",
    "ca": "Aquí mostro subtítols traduïts.",
    "ja": "ここに翻訳字幕を表示します。",
}


def idle_card(name: str, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The bot's name, then what it does in English and the meeting's languages."""
    languages = dict.fromkeys(["en", *targets])
    return (name, *[_LINES[code] for code in languages if code in _LINES][:3])
