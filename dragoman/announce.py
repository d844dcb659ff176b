"""What the bot says of itself in the chat, in the meeting's languages."""

_LINES = {
    "en": "Hello, I am {name}, a caption bot. I transcribe this meeting and show translated "
    "captions ({targets}) on my camera. To send me away, write /leave.",
    "es": "Hola, soy {name}, un bot de subtítulos. Transcribo esta reunión y muestro subtítulos "
    "traducidos ({targets}) en mi cámara. Para que me vaya, escriban /leave.",
    "fr": "Bonjour, je suis {name}, un robot de sous-titres. Je transcris cette réunion et "
    "j'affiche des sous-titres traduits ({targets}) sur ma caméra. Pour me congédier : /leave.",
    "de": "Hallo, ich bin {name}, ein Untertitel-Bot. Ich schreibe dieses Treffen mit und zeige "
    "übersetzte Untertitel ({targets}) auf meiner Kamera. Zum Wegschicken: /leave.",
    "pt": "Olá, sou {name}, um bot de legendas. Transcrevo esta reunião e mostro legendas "
    "traduzidas ({targets}) na minha câmara. Para me mandar embora, escrevam /leave.",
    "it": "Ciao, sono {name}, un bot di sottotitoli. Trascrivo questa riunione e mostro "
    "sottotitoli tradotti ({targets}) sulla mia telecamera. Per mandarmi via: /leave.",
}

MAX_LINES = 3


def greeting(name: str, targets: tuple[str, ...]) -> tuple[str, ...]:
    """One chat line per language: English first, then the targets that have one here."""
    languages = ["en", *(code for code in targets if code in _LINES and code != "en")]
    shown = ", ".join(code.upper() for code in targets)
    return tuple(_LINES[code].format(name=name, targets=shown) for code in languages[:MAX_LINES])
