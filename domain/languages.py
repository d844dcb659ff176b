"""Languages: codes as people and Meet write them, names, and how their text is set."""

from domain.errors import UsageError

NAMES: dict[str, tuple[str, str]] = {
    "ar": ("Arabic", "العربية"),
    "bn": ("Bengali", "বাংলা"),
    "bg": ("Bulgarian", "Български"),
    "ca": ("Catalan", "Català"),
    "cs": ("Czech", "Čeština"),
    "da": ("Danish", "Dansk"),
    "de": ("German", "Deutsch"),
    "el": ("Greek", "Ελληνικά"),
    "en": ("English", "English"),
    "eo": ("Esperanto", "Esperanto"),
    "es": ("Spanish", "Español"),
    "et": ("Estonian", "Eesti"),
    "fa": ("Persian", "فارسی"),
    "fi": ("Finnish", "Suomi"),
    "fil": ("Filipino", "Filipino"),
    "fr": ("French", "Français"),
    "gl": ("Galician", "Galego"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "hr": ("Croatian", "Hrvatski"),
    "hu": ("Hungarian", "Magyar"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "lt": ("Lithuanian", "Lietuvių"),
    "lv": ("Latvian", "Latviešu"),
    "ms": ("Malay", "Bahasa Melayu"),
    "nl": ("Dutch", "Nederlands"),
    "no": ("Norwegian", "Norsk"),
    "pl": ("Polish", "Polski"),
    "pt": ("Portuguese", "Português"),
    "ro": ("Romanian", "Română"),
    "ru": ("Russian", "Русский"),
    "sk": ("Slovak", "Slovenčina"),
    "sl": ("Slovenian", "Slovenščina"),
    "sr": ("Serbian", "Српски"),
    "sv": ("Swedish", "Svenska"),
    "sw": ("Swahili", "Kiswahili"),
    "ta": ("Tamil", "தமிழ்"),
    "te": ("Telugu", "తెలుగు"),
    "th": ("Thai", "ไทย"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "Українська"),
    "ur": ("Urdu", "اردو"),
    "vi": ("Vietnamese", "Tiếng Việt"),
    "zh": ("Chinese", "中文"),
}
"""Primary subtag -> (name in English, name in itself)."""

_ALIASES = {"cmn": "zh", "yue": "zh", "iw": "he", "nb": "no", "nn": "no", "in": "id", "tl": "fil"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_WITHOUT_SPACES = frozenset({"ja", "th", "zh"})


def primary(code: str) -> str:
    """The primary subtag of any code: "es-ES", "cmn-Hans-CN" and "iw-IL" give es, zh, he."""
    subtag = code.strip().replace("_", "-").split("-")[0].lower()
    return _ALIASES.get(subtag, subtag)


def parse_language(text: str) -> str:
    """A code or an English or own name as a person types it. Raises UsageError."""
    wanted = text.strip()
    code = primary(wanted)
    if code in NAMES:
        return code
    for known, names in NAMES.items():
        if wanted.casefold() in (name.casefold() for name in names):
            return known
    raise UsageError(
        f"Unknown language {text!r}.", "Use a code such as en, es, fr, de, pt, it, ja or zh."
    )


def parse_languages(text: str) -> tuple[str, ...]:
    """Comma-separated languages, in order, without doubles. Raises UsageError."""
    codes = [parse_language(part) for part in text.split(",") if part.strip()]
    return tuple(dict.fromkeys(codes))


def name(code: str) -> str:
    """The language's name in English, or the code where it has none here."""
    return NAMES[code][0] if code in NAMES else code


def own_name(code: str) -> str:
    """The language's name in itself, or the code where it has none here."""
    return NAMES[code][1] if code in NAMES else code


def right_to_left(code: str) -> bool:
    """Whether text in the language runs from right to left."""
    return code in _RIGHT_TO_LEFT


def joiner(code: str) -> str:
    """What stands between the words of a text: a space, or nothing."""
    return "" if code in _WITHOUT_SPACES else " "
