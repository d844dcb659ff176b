"""What captions look like when they are set to a language that nobody speaks."""

from standin.alignment import WordEnd

_WORDS = {
    "de": ("das", "und", "nicht", "einmal", "wieder", "gehen", "Straße", "vielleicht"),
    "en": ("the", "and", "lowest", "enter", "also", "money", "parade", "estimate"),
    "es": ("los", "que", "entre", "mando", "también", "pedido", "siempre", "momento"),
    "fr": ("les", "est", "encore", "moins", "plutôt", "demande", "toujours", "maison"),
    "ja": ("あの", "えっと", "それ", "もの", "ところ", "だけ", "みたい", "でしょう"),
}


def gibberish(words: tuple[WordEnd, ...], language: str) -> tuple[WordEnd, ...]:
    """The same moments with words of another language; the same input gives the same words."""
    table = _WORDS.get(language.split("-")[0], _WORDS["en"])
    return tuple(
        WordEnd(table[(sum(map(ord, word.text)) + index) % len(table)], word.end_s)
        for index, word in enumerate(words)
    )
