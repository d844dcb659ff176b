"""Meeting links and codes in every form that people paste."""

import re
from dataclasses import dataclass

from domain.errors import UsageError

SITE = "https://meet.google.com"

_CODE = re.compile(r"(?<![a-z0-9])([a-z]{3})-?([a-z]{4})-?([a-z]{3})(?![a-z0-9])", re.IGNORECASE)
_URL = re.compile(
    r"(?:https?://)?meet\.google\.com/(?:_meet/)?(?P<path>[^\s?#<>\"']*)", re.IGNORECASE
)
_LOOKUP = re.compile(r"lookup/([a-z0-9_-]{3,64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MeetingLink:
    """A meeting's address on its site."""

    code: str
    """abc-defg-hij, or lookup/NAME for an organisation's named meeting."""
    site: str = SITE

    @property
    def url(self) -> str:
        """The page to open, in English."""
        return f"{self.site}/{self.code}?hl=en"

    @property
    def short(self) -> str:
        """The address as people write it."""
        return f"{self.site}/{self.code}"


def parse_link(text: str, base_url: str = SITE) -> MeetingLink:
    """Finds the meeting in a link, a code or a pasted invitation. Raises UsageError.

    `base_url` is the site to address, for a site other than Google's that behaves as Meet.
    """
    pasted = text.strip()
    site = base_url.rstrip("/")
    found = _in_url(pasted, site) or _bare_code(pasted)
    if found:
        return MeetingLink(found, site)
    if "://" in pasted:
        what = f"{pasted[:80]!r} is not a Google Meet link."
    else:
        what = f"There is no meeting code in {pasted[:80]!r}."
    raise UsageError(what, "Use https://meet.google.com/abc-defg-hij or abc-defg-hij.")


def _in_url(text: str, site: str) -> str | None:
    own = text[len(site) + 1 :].split("?")[0] if text.startswith(f"{site}/") else None
    match = _URL.search(text)
    path = own if own is not None else match["path"] if match else None
    if path is None:
        return None
    lookup = _LOOKUP.search(path)
    if lookup:
        return f"lookup/{lookup[1]}"
    return _join(_CODE.search(path))


def _bare_code(text: str) -> str | None:
    if "://" in text:
        return None
    whole = _CODE.fullmatch(text.rstrip("/"))
    if whole:
        return _join(whole)
    dashed = re.search(r"(?<![\w-])([a-z]{3})-([a-z]{4})-([a-z]{3})(?![\w-])", text, re.IGNORECASE)
    return _join(dashed)


def _join(match: re.Match[str] | None) -> str | None:
    return "-".join(match.groups()).lower() if match else None
