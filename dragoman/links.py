"""Links of stored meetings."""

from urllib.parse import urlsplit

from domain.links import MeetingLink, parse_link


def site_of(link: str) -> MeetingLink:
    """The link of a stored meeting, with the site that it was asked for at."""
    parts = urlsplit(link)
    return parse_link(link, f"{parts.scheme}://{parts.netloc}")
