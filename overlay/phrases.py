"""The few words that the picture says by itself, in the languages of a meeting."""

from domain.languages import primary

CARDS = ("idle", "joining", "lobby", "paused", "lost_sound", "error", "ended", "help")

_PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "Listening",
        "Joining the meeting",
        "Waiting to be let in",
        "Captions are paused",
        "No sound from the meeting",
        "Something went wrong",
        "The meeting has ended",
        "Captions in your language",
        "Translation unavailable",
    ),
    "es": (
        "Escuchando",
        "Entrando en la reunión",
        "Esperando a ser admitido",
        "Los subtítulos están en pausa",
        "No llega sonido de la reunión",
        "Algo ha salido mal",
        "La reunión ha terminado",
        "Subtítulos en su idioma",
        "Traducción no disponible",
    ),
    "fr": (
        "À l’écoute",
        "Connexion à la réunion",
        "En attente d’admission",
        "Les sous-titres sont en pause",
        "Aucun son de la réunion",
        "Un problème est survenu",
        "La réunion est terminée",
        "Sous-titres dans votre langue",
        "Traduction indisponible",
    ),
    "de": (
        "Hört zu",
        "Tritt der Besprechung bei",
        "Wartet auf Einlass",
        "Untertitel pausieren",
        "Kein Ton aus der Besprechung",
        "Etwas ist schiefgegangen",
        "Die Besprechung ist beendet",
        "Untertitel in Ihrer Sprache",
        "Übersetzung nicht verfügbar",
    ),
    "it": (
        "In ascolto",
        "Accesso alla riunione in corso",
        "In attesa di essere ammesso",
        "I sottotitoli sono in pausa",
        "Nessun audio dalla riunione",
        "Qualcosa è andato storto",
        "La riunione è terminata",
        "Sottotitoli nella Sua lingua",
        "Traduzione non disponibile",
    ),
    "pt": (
        "Ouvindo",
        "Entrando na reunião",
        "Aguardando admissão",
        "As legendas estão em pausa",
        "Sem som da reunião",
        "Algo deu errado",
        "A reunião terminou",
        "Legendas no seu idioma",
        "Tradução indisponível",
    ),
    "nl": (
        "Luistert",
        "Neemt deel aan de vergadering",
        "Wacht op toelating",
        "Ondertiteling is gepauzeerd",
        "Geen geluid uit de vergadering",
        "Er is iets misgegaan",
        "De vergadering is afgelopen",
        "Ondertitels in uw taal",
        "Vertaling niet beschikbaar",
    ),
    "ja": (
        "聞いています",
        "会議に参加しています",
        "参加の承認を待っています",
        "字幕は一時停止中です",
        "会議の音声が届いていません",
        "問題が発生しました",
        "会議は終了しました",
        "あなたの言語の字幕",
        "翻訳できませんでした",
    ),
    "zh": (
        "正在聆听",
        "正在加入会议",
        "正在等待准入",
        "字幕已暂停",
        "没有收到会议声音",
        "出现问题",
        "会议已结束",
        "您的语言的字幕",
        "翻译不可用",
    ),
    "ar": (
        "جارٍ الاستماع",
        "جارٍ الانضمام إلى الاجتماع",
        "في انتظار القبول",
        "الترجمة متوقفة مؤقتًا",
        "لا يصل صوت من الاجتماع",
        "حدث خطأ ما",
        "انتهى الاجتماع",
        "ترجمة بلغتك",
        "الترجمة غير متاحة",
    ),
}


def card_text(kind: str, language: str) -> str | None:
    """What a card says in a language; None where it has no words for it."""
    phrases = _PHRASES.get(primary(language))
    return phrases[CARDS.index(kind)] if phrases else None


def failed_text(language: str) -> tuple[str, str]:
    """What stands for a translation that failed, and the language of these words."""
    code = primary(language)
    code = code if code in _PHRASES else "en"
    return _PHRASES[code][-1], code
