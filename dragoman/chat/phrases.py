"""The bot's answers in the chat, in a meeting's languages."""

from collections.abc import Sequence

LIMIT = 500
"""Characters of one message."""
MOST_LANGUAGES = 2

_HELP = (
    "/status, /lang es,fr, /layout split, /font large, /original off, /speakers, /pause, "
    "/resume, /leave"
)

PHRASES: dict[str, dict[str, str]] = {
    "help": {
        "en": f"Commands: {_HELP}.",
        "es": "Aquí, los comandos; en mi cámara, también.",
        "fr": "Voici les commandes ; elles sont aussi sur ma caméra.",
        "de": "Das sind die Befehle; auf meiner Kamera stehen sie auch.",
        "pt": "Estes são os comandos; estão também na minha câmara.",
        "it": "Ecco i comandi; sono anche sulla mia telecamera.",
    },
    "unknown": {
        "en": "I do not know that command. Write /help for those I know.",
        "es": "No conozco ese comando. Con /help verán los que conozco.",
        "fr": "Je ne connais pas cette commande. /help les affiche toutes.",
        "de": "Diesen Befehl kenne ich nicht. Alle zeigt /help.",
        "pt": "Não conheço esse comando. /help mostra os que conheço.",
        "it": "Non conosco questo comando. /help mostra quelli che conosco.",
    },
    "denied": {
        "en": "Only the host of this meeting may do that.",
        "es": "Solo el anfitrión de esta reunión puede hacerlo.",
        "fr": "Seul l'organisateur de cette réunion peut le faire.",
        "de": "Das darf hier nur der Organisator.",
        "pt": "Só o anfitrião desta reunião pode fazer isso.",
        "it": "Può farlo solo l'organizzatore di questa riunione.",
    },
    "slower": {
        "en": "Too many commands. Please wait a minute.",
        "es": "Demasiados comandos. Esperen un minuto, por favor.",
        "fr": "Trop de commandes. Patientez une minute, s'il vous plaît.",
        "de": "Zu viele Befehle. Bitte eine Minute warten.",
        "pt": "Demasiados comandos. Esperem um minuto, por favor.",
        "it": "Troppi comandi. Attendere un minuto, per favore.",
    },
    "paused": {
        "en": "Paused: I do not listen until somebody writes /resume.",
        "es": "En pausa: no escucho hasta que alguien escriba /resume.",
        "fr": "En pause : je n'écoute plus jusqu'à ce que quelqu'un écrive /resume.",
        "de": "Pause: Ich höre nicht zu, bis jemand /resume schreibt.",
        "pt": "Em pausa: não ouço até que alguém escreva /resume.",
        "it": "In pausa: non ascolto finché qualcuno non scrive /resume.",
    },
    "resumed": {
        "en": "I listen again.",
        "es": "Vuelvo a escuchar.",
        "fr": "J'écoute à nouveau.",
        "de": "Ich höre wieder zu.",
        "pt": "Volto a ouvir.",
        "it": "Ascolto di nuovo.",
    },
    "languages": {
        "en": "I translate into: {into}.",
        "es": "Traduzco al: {into}.",
        "fr": "Je traduis en : {into}.",
        "de": "Ich übersetze ins: {into}.",
        "pt": "Traduzo para: {into}.",
        "it": "Traduco in: {into}.",
    },
    "no_translator": {
        "en": "Nothing here translates {pairs}; there the words will be missing.",
        "es": "Aquí nada traduce {pairs}; ahí faltarán las palabras.",
        "fr": "Rien ici ne traduit {pairs} ; les mots y manqueront.",
        "de": "Nichts hier übersetzt {pairs}; dort werden die Worte fehlen.",
        "pt": "Aqui nada traduz {pairs}; aí faltarão as palavras.",
        "it": "Qui nulla traduce {pairs}; lì mancheranno le parole.",
    },
    "done": {
        "en": "Done: {what}.",
        "es": "Hecho: {what}.",
        "fr": "C'est fait : {what}.",
        "de": "Erledigt: {what}.",
        "pt": "Feito: {what}.",
        "it": "Fatto: {what}.",
    },
    "speakers": {
        "en": "Here: {present}. Have spoken: {spoke}.",
        "es": "Presentes: {present}. Han hablado: {spoke}.",
        "fr": "Présents : {present}. Ont parlé : {spoke}.",
        "de": "Anwesend: {present}. Gesprochen haben: {spoke}.",
        "pt": "Presentes: {present}. Falaram: {spoke}.",
        "it": "Presenti: {present}. Hanno parlato: {spoke}.",
    },
}
"""Phrase -> language -> text. English is there for each."""


def say(phrase: str, languages: Sequence[str], **values: str) -> str:
    """A phrase in English and the first of the languages that has it, within LIMIT."""
    texts = PHRASES[phrase]
    codes = [code for code in dict.fromkeys(["en", *languages]) if code in texts]
    said = [texts[code].format(**values) for code in codes[:MOST_LANGUAGES]]
    whole = " / ".join(said)
    return whole if len(whole) <= LIMIT else shorten(said[0])


def shorten(text: str) -> str:
    """At most LIMIT characters; an ellipsis stands for what was left out."""
    return text if len(text) <= LIMIT else text[: LIMIT - 1].rstrip() + "…"
