"""What the bot says of itself in the chat, in the meeting's languages."""

from dataclasses import dataclass

_LINES = {
    "en": "Hello, I am {name}, a caption bot. I transcribe this meeting and show translated "
    "captions ({targets}) on my camera.",
    "es": "Hola, soy {name}, un bot de subtítulos. Transcribo esta reunión y muestro subtítulos "
    "traducidos ({targets}) en mi cámara.",
    "fr": "Bonjour, je suis {name}, un robot de sous-titres. Je transcris cette réunion et "
    "j'affiche des sous-titres traduits ({targets}) sur ma caméra.",
    "de": "Hallo, ich bin {name}, ein Untertitel-Bot. Ich schreibe dieses Treffen mit und zeige "
    "übersetzte Untertitel ({targets}) auf meiner Kamera.",
    "pt": "Olá, sou {name}, um bot de legendas. Transcrevo esta reunião e mostro legendas "
    "traduzidas ({targets}) na minha câmara.",
    "it": "Ciao, sono {name}, un bot di sottotitoli. Trascrivo questa riunione e mostro "
    "sottotitoli tradotti ({targets}) sulla mia telecamera.",
}

_LEAVE = {
    "en": "To send me away, write /leave.",
    "es": "Para que me vaya, escriban /leave.",
    "fr": "Pour me congédier : /leave.",
    "de": "Zum Wegschicken: /leave.",
    "pt": "Para me mandar embora, escrevam /leave.",
    "it": "Per mandarmi via: /leave.",
}

_HELP = {
    "en": "Write /help for more.",
    "es": "Más: /help.",
    "fr": "Pour le reste : /help.",
    "de": "Mehr mit /help.",
    "pt": "Mais: /help.",
    "it": "Altro: /help.",
}

_RECORDED = {
    "en": "The sound is recorded.",
    "es": "El sonido se graba.",
    "fr": "Le son est enregistré.",
    "de": "Der Ton wird aufgezeichnet.",
    "pt": "O som é gravado.",
    "it": "Il suono viene registrato.",
}

MAX_LINES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What else the greeting tells of."""

    recorded: bool = False
    leave: bool = True
    """That the chat can send it away."""
    more: bool = True
    """That it obeys other commands."""


def greeting(name: str, targets: tuple[str, ...], told: Told = Told()) -> tuple[str, ...]:
    """One chat line per language: English first, then the targets that have one here."""
    languages = ["en", *(code for code in targets if code in _LINES and code != "en")]
    shown = ", ".join(code.upper() for code in targets)
    parts = ((told.recorded, _RECORDED), (told.leave, _LEAVE), (told.more, _HELP))
    more = [texts for wanted, texts in parts if wanted]
    return tuple(
        " ".join([_LINES[code].format(name=name, targets=shown), *(text[code] for text in more)])
        for code in languages[:MAX_LINES]
    )
