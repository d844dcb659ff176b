"""All locale packs, and which of them a page is read with."""

from functools import reduce

from bot.locales.de import GERMAN
from bot.locales.en import ENGLISH
from bot.locales.es import SPANISH
from bot.locales.fr import FRENCH
from bot.locales.ja import JAPANESE
from bot.locales.pack import LocalePack

PACKS = {pack.language: pack for pack in (ENGLISH, GERMAN, SPANISH, FRENCH, JAPANESE)}
EVERYTHING = reduce(LocalePack.joined_with, PACKS.values())
"""For what must be fixed before the page's language is known."""


def pack_for(language: str) -> LocalePack:
    """The pack for a page's `lang`; one without any text where there is none."""
    primary = language.replace("_", "-").split("-")[0].lower()
    return PACKS.get(primary) or LocalePack(primary)
