"""People of an event: as one text, as addresses, and as names that may be spoken."""

import re
from collections.abc import Collection, Iterable

from domain.text import clean

MOST = 300
"""Attendees of an event that are kept."""
MOST_TERMS = 100

_BOTH = re.compile(r"(.*)<([^<>]*)>$")
_WORD = re.compile(r"[^\W\d_]{2,}")


def address_of(text: str) -> str:
    """The mail address in a calendar user address or NAME <ADDRESS>, lower case; or nothing."""
    match = _BOTH.match(text.strip())
    address = (match[2] if match else text).strip().casefold().removeprefix("mailto:")
    return address if "@" in address and " " not in address else ""


def guest(name: str, address: str) -> str:
    """A person as NAME <ADDRESS>, or what is known of the two."""
    address = address_of(clean(address, 254))
    name = clean(name, 80).replace("<", "").replace(">", "").strip()
    if not address or name.casefold() == address:
        return address or name
    return f"{name} <{address}>" if name else address


def readings(text: str) -> tuple[str, ...]:
    """What a pattern may fit: the whole, the name and the address."""
    match = _BOTH.match(text)
    parts = (text, match[1].strip(), match[2]) if match else (text,)
    return tuple(part for part in parts if part)


def among(own: Collection[str], people: Iterable[str]) -> bool:
    """Whether one of the addresses is among the people."""
    wanted = {address_of(address) for address in own} - {""}
    return any(address_of(person) in wanted for person in people)


def spoken_names(people: Iterable[str], but: Collection[str] = ()) -> tuple[str, ...]:
    """Names that may occur in what is said, guessed from addresses such as ana.ruiz@… where
    there is no name; without those whose addresses are in `but`."""
    own = {address_of(address) for address in but}
    names: dict[str, None] = {}
    for person in people:
        address = address_of(person)
        if address and address in own:
            continue
        match = _BOTH.match(person)
        name = match[1].strip() if match else "" if address else person
        name = name or _guessed(address)
        if name:
            names[name] = None
    return tuple(names)[:MOST_TERMS]


def _guessed(address: str) -> str:
    words = re.split(r"[._-]", address.partition("@")[0].partition("+")[0])
    if len(words) < 2 or not all(_WORD.fullmatch(word) for word in words):
        return ""
    return " ".join(word.capitalize() for word in words)
