"""What a page means: one verdict with its evidence, from a snapshot and a locale pack."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from bot.locales.pack import LocalePack
from bot.locators import IN_CALL, IN_CALL_BY_STRUCTURE
from domain.meetings import Reason

_SIGNS = 2
"""So many signs of the call that no language is needed for prove it together."""


class Place(StrEnum):
    """Where a page stands on the way in and out."""

    LOADING = "loading"
    GREEN_ROOM = "green_room"
    CONSENT = "consent"
    LOBBY = "lobby"
    HOST_ABSENT = "host_absent"
    IN_CALL = "in_call"
    OVER = "over"
    AWAY = "away"
    """The site has sent the browser somewhere else."""


@dataclass(frozen=True, slots=True)
class Found:
    """An element that a target's strategy found."""

    strategy: str
    label: str = ""
    muted: str = ""
    pressed: str = ""
    visible: bool = True
    icon: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page at one moment."""

    url: str
    text: str = ""
    """Visible text."""
    language: str = ""
    heading: str = ""
    found: dict[str, Found] = field(default_factory=dict)
    challenge: bool = False
    """A live captcha is on show."""

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Snapshot":
        """From what the probe gives."""
        found = {name: Found(**values) for name, values in raw["found"].items()}
        return cls(
            url=raw["url"],
            text=raw["text"],
            language=raw["language"],
            heading=raw["heading"],
            found=found,
            challenge=raw["challenge"],
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the page stands, and how one knows."""

    place: Place
    evidence: str = ""
    reason: Reason | None = None
    """Why it is over; only with OVER."""


def plain(text: str) -> str:
    """Text as it is compared."""
    return " ".join(text.replace("\u2019", "'").casefold().split())


def _first(page: str, texts: tuple[str, ...]) -> str | None:
    return next((text for text in texts if text in page), None)


def _by_text(page: str, pack: LocalePack, been_in: bool) -> Verdict | None:
    left = Reason.LEFT if been_in else Reason.DENIED
    table: tuple[tuple[tuple[str, ...], Place, Reason | None], ...] = (
        (pack.removed, Place.OVER, Reason.REMOVED),
        (pack.host_ended, Place.OVER, Reason.HOST_ENDED),
        (pack.denied, Place.OVER, Reason.DENIED),
        (pack.no_answer, Place.OVER, Reason.NO_ANSWER),
        (pack.wrong_code, Place.OVER, Reason.WRONG_CODE),
        (pack.full, Place.OVER, Reason.MEETING_FULL),
        (pack.blocked, Place.OVER, Reason.BLOCKED),
        (pack.sign_in, Place.OVER, Reason.SIGN_IN_REQUIRED),
        (pack.left, Place.OVER, left),
        (pack.host_absent, Place.HOST_ABSENT, None),
        (pack.lobby, Place.LOBBY, None),
    )
    for texts, place, reason in table:
        text = _first(page, texts)
        if text:
            return Verdict(place, f'the page says "{text}"', reason)
    return None


def judge(page: Snapshot, pack: LocalePack, *, been_in: bool = False) -> Verdict:
    """The one meaning of a page; `been_in` says whether the bot was in the call already.

    In the call counts only what never stands in the lobby, and to get in only where it can be
    seen; texts of people (captions, chat) cannot be taken for Meet's own, since anchors of the
    call come first.
    """
    if not been_in and _asks_consent(page, pack):
        return Verdict(Place.CONSENT, "a notice asks for consent")
    if "call_ended" not in page.found:
        anchors = [n for n in IN_CALL if n in page.found and (been_in or page.found[n].visible)]
        if anchors:
            return Verdict(Place.IN_CALL, f"found on the page: {', '.join(anchors)}")
    if (urlsplit(page.url).hostname or "").startswith("accounts."):
        return Verdict(Place.OVER, "the site asks to sign in", Reason.SIGN_IN_REQUIRED)
    said = _by_text(plain(page.text), pack, been_in)
    return said or _by_structure(page, pack, been_in)


def _asks_consent(page: Snapshot, pack: LocalePack) -> bool:
    dialog = page.found.get("dialog")
    noticed = dialog is not None and _first(plain(dialog.text), pack.consent) is not None
    return "consent" in page.found or noticed


def _by_structure(page: Snapshot, pack: LocalePack, been_in: bool) -> Verdict:
    found = page.found
    if "call_ended" in found:
        return Verdict(Place.OVER, "the page marks the call as ended", Reason.HOST_ENDED)
    if "lobby" in found and found["lobby"].visible:
        return Verdict(Place.LOBBY, "the waiting screen is on show")
    signs = [name for name in IN_CALL_BY_STRUCTURE if name in found]
    if len(signs) >= _SIGNS:
        return Verdict(Place.IN_CALL, f"found on the page, in any language: {', '.join(signs)}")
    if "name_input" in found or "join" in found:
        return Verdict(Place.GREEN_ROOM, "the green room is on show")
    if plain(page.heading) in pack.sign_in_heading:
        return Verdict(Place.OVER, "the page asks to sign in", Reason.SIGN_IN_REQUIRED)
    if "prejoin" in found and not been_in:
        return Verdict(Place.GREEN_ROOM, "the green room is on show")
    return Verdict(Place.LOADING, "nothing known is on the page yet")
