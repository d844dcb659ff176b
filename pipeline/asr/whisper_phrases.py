"""Lines that Whisper writes over silence: it has learnt them from the ends of films."""

PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "Thanks for watching",
        "Thank you for watching",
        "Thank you so much for watching",
        "Please subscribe",
        "Like and subscribe",
        "Please like and subscribe",
        "Don't forget to subscribe",
        "See you in the next video",
        "I'll see you in the next video",
        "Subtitles by the Amara.org community",
        "Transcription by CastingWords",
    ),
    "es": (
        "Gracias por ver el video",
        "Gracias por ver",
        "Suscríbete al canal",
        "Subtítulos realizados por la comunidad de Amara.org",
    ),
    "fr": (
        "Merci d'avoir regardé cette vidéo",
        "Merci d'avoir regardé",
        "Abonnez-vous",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "Sous-titres réalisés para la communauté d'Amara.org",
    ),
    "de": (
        "Vielen Dank fürs Zuschauen",
        "Untertitel der Amara.org-Community",
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Untertitelung des ZDF, 2020",
    ),
    "it": ("Grazie per la visione", "Sottotitoli creati dalla comunità Amara.org"),
    "pt": ("Obrigado por assistir", "Legendas pela comunidade Amara.org", "Inscreva-se no canal"),
    "nl": ("Bedankt voor het kijken", "Ondertitels ingediend door de Amara.org gemeenschap"),
    "pl": ("Dziękuję za oglądanie", "Napisy stworzone przez społeczność Amara.org"),
    "tr": ("İzlediğiniz için teşekkür ederim", "Altyazı M.K."),
    "ru": ("Продолжение следует", "Спасибо за просмотр", "Субтитры сделал DimaTorzok"),
    "ja": ("ご視聴ありがとうございました", "チャンネル登録をお願いします"),
    "ko": ("시청해 주셔서 감사합니다", "구독과 좋아요 부탁드립니다"),
    "zh": (
        "字幕由Amara.org社区提供",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "謝謝觀看",
        "谢谢观看",
    ),
}
"""Primary subtag -> whole utterances; what merely contains one is believed."""
