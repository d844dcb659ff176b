"""Chat messages that are commands."""

import re
from dataclasses import dataclass

from domain.languages import parse_languages
from domain.text import clean

WORDS = (
    "help", "status", "lang", "layout", "font", "original", "speakers", "pause", "resume", "leave",
)  # fmt: skip

_LEAVE = re.compile(r"/?(?:please )?leave(?: please)?[.!]*", re.IGNORECASE)
_COMMAND = re.compile(r"/([a-z]{1,20})(?:\s+(.*))?", re.IGNORECASE)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Order:
    """A command and what stands after it."""

    word: str
    argument: str = ""

    @property
    def known(self) -> bool:
        """Whether there is such a command."""
        return self.word in WORDS

    def __str__(self) -> str:
        return f"/{self.word} {self.argument}".strip()


def parse(text: str) -> Order | None:
    """The command that a message is; None for what people say to each other."""
    text = text.strip()
    if _LEAVE.fullmatch(text):
        return Order("leave")
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    return Order(found[1].lower(), clean(found[2] or "", _LONGEST))


def languages_of(argument: str) -> tuple[str, ...]:
    """Languages separated by commas or spaces. Raises UsageError for an unknown one."""
    if "," in argument:
        return parse_languages(argument)
    return parse_languages(",".join(argument.split()))


def switch_of(argument: str) -> bool | None:
    """What on and off mean; None for anything else."""
    return {"on": True, "yes": True, "off": False, "no": False}.get(argument.lower())
