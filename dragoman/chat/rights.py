"""Who may give the bot commands."""

from collections.abc import Sequence

from domain.people import Participant
from dragoman.groups.chat import ChatGroup


def may(settings: ChatGroup, word: str, sender: str, present: Sequence[Participant]) -> bool:
    """Whether somebody of this name may give the command now.

    The chat shows names alone: a host's name counts only while nobody else has it too.
    """
    whom = settings.leave if word == "leave" else settings.commands
    if whom != "host":
        return whom == "everyone"
    named = [p for p in present if not p.is_self and p.name.casefold() == sender.casefold()]
    return len(named) == 1 and named[0].host
