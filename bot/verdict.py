"""What a page means: one verdict with its evidence, from a snapshot and a locale pack."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from bot.locales.pack import LocalePack
from bot.locators import IN_CALL
from domain.meetings import Reason


class Place(StrEnum):
    """Where a page stands on the way in and out."""

    LOADING = "loading"
    GREEN_ROOM = "green_room"
    CONSENT = "consent"
    LOBBY = "lobby"
    HOST_ABSENT = "host_absent"
    IN_CALL = "in_call"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Found:
    """An element that a target's strategy found."""

    strategy: str
    label: str = ""
    muted: str = ""
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
    found: dict[str, Found] = field(default_factory=dict)
    challenge: bool = False
    """A live captcha is on show."""

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Snapshot":
        """From what the probe gives."""
        found = {name: Found(**values) for name, values in raw["found"].items()}
        return cls(raw["url"], raw["text"], raw["language"], found, raw["challenge"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the page stands, and how one knows."""

    place: Place
    evidence: str = ""
    reason: Reason | None = None
    """Why it is over; only with OVER."""


def _plain(text: str) -> str:
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

    In the call counts only what never stands in the lobby; texts of people (captions,
    chat) cannot be taken for Meet's own, since anchors of the call come first.
    """
    anchors = [name for name in IN_CALL if name in page.found]
    if "consent" in page.found and not been_in:
        return Verdict(Place.CONSENT, "a notice asks for consent")
    if anchors and "call_ended" not in page.found:
        return Verdict(Place.IN_CALL, f"found on the page: {', '.join(anchors)}")
    if (urlsplit(page.url).hostname or "").startswith("accounts."):
        return Verdict(Place.OVER, "the site asks to sign in", Reason.SIGN_IN_REQUIRED)
    said = _by_text(_plain(page.text), pack, been_in)
    if said:
        return said
    if "call_ended" in page.found:
        return Verdict(Place.OVER, "the page marks the call as ended", Reason.HOST_ENDED)
    if "name_input" in page.found or "join" in page.found or "prejoin" in page.found:
        return Verdict(Place.GREEN_ROOM, "the green room is on show")
    return Verdict(Place.LOADING, "nothing known is on the page yet")
