"""What the camera's cards say, in the meeting's languages."""

from collections.abc import Sequence

from overlay.phrases import card_text

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

_HELP = (
    "/lang es,fr · /layout split · /font large",
    "/original off · /speakers · /status",
    "/pause · /resume · /leave",
)


def idle_card(name: str, targets: Sequence[str]) -> tuple[str, ...]:
    """The bot's name, then what it does in English and the meeting's languages."""
    languages = dict.fromkeys(["en", *targets])
    return (name, *[_LINES[code] for code in languages if code in _LINES][:3])


def paused_card(by: str, targets: Sequence[str]) -> tuple[str, ...]:
    """That captions are paused, and below it who asked for that; empty: the card's own words."""
    if not by:
        return ()
    languages = dict.fromkeys([*targets, "en"])
    said = [text for code in languages if (text := card_text("paused", code))]
    return (*said[:3], f"({by})")


def help_card(name: str) -> tuple[str, ...]:
    """The commands of the chat, which are the same in every language."""
    return (f"{name}: /help", *_HELP)
